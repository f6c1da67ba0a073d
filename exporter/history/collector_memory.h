// What is known of a collector from before the process started.  Thread-safety: plain data.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/model/refresh_answer.h"
#include "exporter/history/history.h"

namespace cckm {

// What the ledger holds of one collector.
struct CollectorMemory {
  RefreshDurations durations;
  std::vector<std::pair<std::string, DomainHistory>> domains = {};  // with their ids, each once
  // The wanted ones as their last answers, which are final; without the domains' details.
  std::vector<RefreshAnswer> refreshes = {};
  std::optional<WallTime> baseline = {};  // as SetBaseline() was told first
};

}  // namespace cckm
