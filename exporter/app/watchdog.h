// Whether all of several workers still move, by how many steps each has made.
//
// Thread-safety: one thread at a time.

#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "collectors/base/clock.h"

namespace cckm {

class Watchdog {
 public:
  // A worker that makes no step for so long stands still.
  explicit Watchdog(Nanoseconds longest_pause) : longest_pause_(longest_pause) {}

  // True if every worker made a step within the last longest_pause.  `steps` is how many each has
  // made so far, by name; one that is new has just moved, one that is missing has ended.
  bool AllProgressing(const std::map<std::string, std::uint64_t>& steps, SteadyTime now);

 private:
  struct Seen {
    std::uint64_t steps;
    SteadyTime moved_at;
  };

  const Nanoseconds longest_pause_;
  std::map<std::string, Seen> seen_;
};

}  // namespace cckm
