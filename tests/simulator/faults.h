// Answers that fail on purpose: by rules, the first of which that matches decides, or a share of
// them at random.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "tests/simulator/fault_rule.h"
#include "tests/simulator/timestamp.h"

namespace cckm::simulator {

class Faults {
 public:
  // `percent` of the requests that no rule is for, drawn from the seed, fail with 500.
  Faults(std::uint64_t seed, unsigned percent) : seed_(seed), percent_(percent) {}

  // After the rules that are there.  A rule that one of the same path and without an end would
  // hide takes its place.
  void Add(FaultRule rule, TimePoint now);

  // No rule is left.
  void Clear();

  // What the next request is to suffer, if anything.
  std::optional<FaultRule> Next(std::string_view path, TimePoint now);

 private:
  struct Entry {
    FaultRule rule;
    TimePoint from;
    TimePoint until;
  };

  std::optional<FaultRule> ByRule(std::string_view path, TimePoint now);
  std::optional<FaultRule> ByChance();

  const std::uint64_t seed_;
  const unsigned percent_;
  std::mutex mutex_;
  // Below this line guarded by mutex_.
  std::vector<Entry> entries_;
  std::uint64_t asked_ = 0;
};

}  // namespace cckm::simulator
