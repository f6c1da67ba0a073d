// The files of targets that the configuration names, as they were when they were read.
//
// Thread-safety: plain data; a pure function over the file system.

#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collectors/base/file_identity.h"

namespace cckm {

inline constexpr std::size_t kMaxTargetFiles = 10'000;

struct TargetFiles {
  std::vector<std::filesystem::path> patterns = {};  // absolute, as of glob(7)
  // Those that the patterns match, by name, with what they are.
  std::map<std::string, std::optional<FileIdentity>> files = {};
  // Patterns whose folder is there and cannot be read.
  std::vector<std::filesystem::path> unreadable = {};

  friend bool operator==(const TargetFiles&, const TargetFiles&) = default;
};

// To be called before the files are read, so that a change between the two is seen at the next
// look.
TargetFiles LookAtTargetFiles(std::vector<std::filesystem::path> patterns);

}  // namespace cckm
