// Memory that was freed goes back to the system when that is worth its time.
//
// malloc keeps what is freed for the next that asks.  What every poll takes and frees may stay
// there; what a burst took may not.

#pragma once

#include <cstddef>
#include <functional>

#include "collectors/base/clock.h"

namespace cckm {

// Gives memory that was freed, such as that of reading a large configuration, back to the system.
// May be called from any thread.
void ReturnFreedMemory();

// Bytes of physical memory that this process takes; 0 where the system does not tell.  Source:
// proc(5), /proc/[pid]/statm.
std::size_t ResidentBytes();

// Belongs to one thread.
class FreedMemory {
 public:
  explicit FreedMemory(std::function<std::size_t()> resident_bytes = ResidentBytes,
                       std::function<void()> give_back = ReturnFreedMemory);

  // Returns it once a minute, and in between where the process takes noticeably more memory than it
  // took so far.
  void ReturnIfDue(SteadyTime now);

 private:
  const std::function<std::size_t()> resident_bytes_;
  const std::function<void()> give_back_;
  SteadyTime returned_at_{};
  std::size_t most_bytes_ = 0;  // that the process took since then
};

}  // namespace cckm
