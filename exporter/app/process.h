// What the process does for its own safety and ending, before and besides its work.
//
// Thread-safety: main thread, before any other starts, where nothing else is said.

#pragma once

#include <chrono>

namespace cckm {

// No core file and no other process of the same user may hold the secrets in memory; large blocks
// of memory go back to the system when they are freed; standard streams that are closed lead to
// /dev/null.
void PrepareProcess();

// Signals are taken with Next() instead of interrupting; threads started later do not see them.
class Signals {
 public:
  Signals();

  enum class Kind { kStop, kReload };
  // Blocks until SIGTERM or SIGINT (kStop) or SIGHUP (kReload) arrives.
  Kind Next();
};

// Ends the process with exit code 0 after `limit`, whatever still runs: a library may hold a thread
// longer than a service manager waits.
void ExitWithin(std::chrono::milliseconds limit);

}  // namespace cckm
