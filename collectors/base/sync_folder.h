// Making what a folder lists durable.  Thread-safety: a pure function over the file system.

#pragma once

#include <filesystem>

namespace cckm {

// False, with errno, where the system refuses it: not every file system knows this for folders.
bool SyncFolder(const std::filesystem::path& folder);

}  // namespace cckm
