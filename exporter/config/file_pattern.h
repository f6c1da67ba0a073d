// Patterns of files that the configuration names, as of glob(7).
//
// Thread-safety: pure functions over the file system.

#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace cckm {

// The files that a pattern matches now.
struct MatchedFiles {
  std::set<std::string> files;
  bool folder_is_unreadable = false;  // it is there, and nobody can say what is in it
};

// A pattern without a wildcard matches the one file of that name, whatever it is.
// REQUIRES: an absolute pattern.
MatchedFiles FindFiles(const std::filesystem::path& pattern);

bool HasWildcard(const std::filesystem::path& pattern);

// A symbolic link that leads nowhere is there, too.
bool IsThere(const std::filesystem::path& path);

}  // namespace cckm
