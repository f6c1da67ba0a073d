// Who this process is, and what would let it read a file that the system keeps from it.
//
// Said behind "Permission denied", which alone names neither.  Thread-safety: pure functions over
// the process and the file system.

#pragma once

#include <filesystem>
#include <string>

namespace cckm {

// The name of the user, or of the group, that counts for files; its number where it has no name.
std::string NameOfThisUser();
std::string NameOfThisGroup();

// The end of a sentence, from a semicolon on: which user may not read the file, or not enter which
// of the folders that lead to it, and the command that changes that.
std::string AccessAdvice(const std::filesystem::path& file);

}  // namespace cckm
