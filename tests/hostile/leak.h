// Looks for secrets where there must be none.
//
// Every secret of these tests holds the word CANARY.
// Thread-safety: pure functions over the file system.

#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cckm {

inline constexpr std::string_view kCanary = "CANARY";

// What stands before each secret in `text`, with `place` to say where that is.
std::vector<std::string> FindLeaks(const std::string& place, std::string_view text);

// The same for every file of a folder, and for what the system tells of a process.
std::vector<std::string> FindLeaksInFolder(const std::filesystem::path& folder);
std::vector<std::string> FindLeaksInProcess(pid_t pid);

// Empty where it cannot be read.
std::string ReadAll(const std::filesystem::path& path);

}  // namespace cckm
