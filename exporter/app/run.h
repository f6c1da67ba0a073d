// The program: reads the command line and does what it asks for.
//
// Thread-safety: main thread.

#pragma once

#include <span>
#include <string>

namespace cckm {

// Exit codes, which deploy/docs/troubleshooting.md explains.
inline constexpr int kExitSuccess = 0;
inline constexpr int kExitCollectorDown = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitCannotListen = 3;
inline constexpr int kExitLedgerLocked = 4;
inline constexpr int kExitLedgerUnusable = 5;
inline constexpr int kExitLedgerNotWritable = 6;
inline constexpr int kExitBug = 70;

// Runs the program with the arguments after its name and returns its exit code.
int Run(std::span<const std::string> arguments);

}  // namespace cckm
