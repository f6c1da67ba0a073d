// Looks for secrets where there must be none.
//
// Every password and token that a test makes up holds kCanary, and the tokens that the simulator
// grants are JSON web tokens, of which each begins alike.
// Thread-safety: pure functions over the file system.

#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cckm {

inline constexpr std::string_view kCanary = "CANARY";

// What stands before each secret in `text`, and not the secret, with `place` to say where that is.
std::vector<std::string> FindLeaks(const std::string& place, std::string_view text);

// The same for every file of a folder, which need not be there, and for what the system tells of a
// running process.
std::vector<std::string> FindLeaksInFolder(const std::filesystem::path& folder);
std::vector<std::string> FindLeaksInProcess(pid_t pid);

// Empty where it cannot be read.
std::string ReadAll(const std::filesystem::path& path);

}  // namespace cckm
