// What a person may set of a target's polls.
//
// Held by the configuration and given to Poller and Collector.  Thread-safety: plain data.

#pragma once

#include <chrono>
#include <cstddef>

#include "collectors/base/clock.h"

namespace cckm {

struct ScheduleSettings {
  Nanoseconds poll_interval = std::chrono::seconds(15);
  Nanoseconds recheck_interval = std::chrono::hours(24);  // zero: final ones are never due again
  Nanoseconds heartbeat_interval = std::chrono::minutes(1);

  friend bool operator==(const ScheduleSettings&, const ScheduleSettings&) = default;
};

struct DiscoverySettings {
  bool enabled = false;
  Nanoseconds interval = std::chrono::minutes(1);
  // Of the discovered ones so many are watched: the unfinished, then the newest by creation.  The
  // configured ones come on top.
  std::size_t max_refreshes = 1000;
  bool observe_history = false;  // count what had finished before the first discovery

  friend bool operator==(const DiscoverySettings&, const DiscoverySettings&) = default;
};

}  // namespace cckm
