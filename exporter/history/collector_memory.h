// What is known of a collector from before the process started.  Thread-safety: plain data.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/model/refresh.h"
#include "exporter/history/history.h"

namespace cckm {

// What the ledger holds of one collector.
struct CollectorMemory {
  RefreshDurations durations;
  std::vector<std::pair<std::string, DomainHistory>> domains;  // with their ids, each once
  std::vector<Refresh> refreshes;      // the wanted ones, without the domains' details
  std::vector<bool> counted;           // for each of them: not only remembered
  std::vector<DomainCounts> left_out;  // of each of them
  std::optional<WallTime> baseline;    // as SetBaseline() was told first
};

}  // namespace cckm
