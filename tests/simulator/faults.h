// Answers that fail on purpose: all of them with one status, or a share of them at random.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "tests/simulator/random.h"

namespace cckm::simulator {

class Faults {
 public:
  // `percent` of the requests, drawn from the seed, fail with 500.
  Faults(std::uint64_t seed, unsigned percent) : seed_(seed), percent_(percent) {}

  // From now on every request fails with this status; 0: no longer.
  void Force(int status) { forced_ = status; }

  // The status that the next request fails with, if it does.
  std::optional<int> Next() {
    const int forced = forced_;
    if (forced != 0) return forced;
    if (percent_ == 0) return std::nullopt;
    if (Random(seed_, "fault", asked_++).Below(100) >= percent_) return std::nullopt;
    return 500;
  }

 private:
  const std::uint64_t seed_;
  const unsigned percent_;
  std::atomic<int> forced_ = 0;
  std::atomic<std::uint64_t> asked_ = 0;
};

}  // namespace cckm::simulator
