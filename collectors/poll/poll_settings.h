// What a person may set of a target's polls.
//
// Held by the configuration and given to Poller and Collector.  Thread-safety: plain data.

#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/model/family.h"

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

// Of the appliance's scheduler, which a target may have read beside its collectors.
struct SchedulerSettings {
  bool enabled = false;
  Nanoseconds interval = std::chrono::minutes(5);
  // A run that is due may begin so much later before it counts as missed.
  Nanoseconds grace = std::chrono::minutes(15);

  friend bool operator==(const SchedulerSettings&, const SchedulerSettings&) = default;
};

struct CollectorSettings {
  const Family* family = nullptr;             // a row of Families()
  std::vector<std::string> refresh_ids = {};  // each valid and once
  bool domain_names = true;                   // read the family's domain list, if it has one
  DiscoverySettings discovery = {};
  bool optional = false;  // that the appliance does not have the family is no fault
  std::vector<std::string> success_texts = {};  // as ReadingRules has them

  friend bool operator==(const CollectorSettings&, const CollectorSettings&) = default;
};

}  // namespace cckm
