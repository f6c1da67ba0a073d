// What a person may set of what is shown of a target, and of how much.
//
// Held by the configuration and by the state.  Thread-safety: plain data.

#pragma once

#include <chrono>
#include <cstddef>

#include "collectors/base/clock.h"

namespace cckm {

struct ShownSettings {
  // Without an answer for so long an unfinished status is unknown.
  Nanoseconds stale_after = std::chrono::minutes(5);
  std::size_t max_series = 200'000;
  std::size_t max_domains = 20'000;
  bool domain_histograms = true;

  friend bool operator==(const ShownSettings&, const ShownSettings&) = default;
};

}  // namespace cckm
