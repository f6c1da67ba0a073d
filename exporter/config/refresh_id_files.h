// The files that name refreshes: one ID a line, # begins a comment.
//
// Thread-safety: pure functions over the file system.

#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "collectors/base/file_identity.h"

namespace cckm {

struct RefreshIdFiles {
  std::vector<std::string> refresh_ids;  // valid, each once, in the order of the files and lines
  // What could not be used, a sentence each with file and line: such lines are skipped, and so are
  // files that cannot be read.
  std::vector<std::string> problems;
};

// Reads the files that the patterns (as of glob(7), absolute) match, in the order of their names.
RefreshIdFiles ReadRefreshIdFiles(std::span<const std::filesystem::path> patterns);

// The files that the patterns match, each with what tells its version: different when a file comes,
// goes or changes.
using FileVersions = std::vector<std::pair<std::string, std::optional<FileIdentity>>>;
FileVersions VersionsOf(std::span<const std::filesystem::path> patterns);

}  // namespace cckm
