// Looks for secrets where there must be none.
//
// Every password and token that a test makes up holds kCanary, and the tokens that the simulator
// grants are JSON web tokens, of which each begins alike.
// Thread-safety: one thread at a time; they fail the running test.

#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace cckm {

inline constexpr std::string_view kCanary = "CANARY";

// `place` is where the text is from, for the message.
void ExpectNoSecretIn(const std::string& place, std::string_view text);

// The same for every file of a folder, which need not be there, and for what the system tells
// everybody of a running process.
void ExpectNoSecretInFolder(const std::filesystem::path& folder);
void ExpectNoSecretInProcess(pid_t pid);

// Empty where it cannot be read.
std::string ReadAll(const std::filesystem::path& file);

}  // namespace cckm
