// The metrics of the state: for each kind of object its rows.
//
// A metric of the catalogue that is made of the state is exactly one of these rows.  What a row
// adds in series counts against max_series from then on. Thread-safety: constants.

#pragma once

#include <optional>

#include "collectors/base/clock.h"
#include "exporter/exposition/metric_row.h"
#include "exporter/state/state.h"

namespace cckm {

// Labels target, cloud, domain_id.
MetricTable<DomainState> DomainMetrics();
// Labels target, cloud, refresh_id.
MetricTable<RefreshState> RefreshMetrics();
// Labels target, schedule_id.
MetricTable<ScheduleState> ScheduleMetrics();
// Labels target, cloud.
MetricTable<CollectorState> CollectorMetrics();
// Label target.
MetricTable<TargetState> TargetMetrics();

// The time as a value, where there is one.
inline std::optional<double> UnixSecondsOf(const std::optional<WallTime>& time) {
  return time ? std::optional(ToUnixSeconds(*time)) : std::nullopt;
}

}  // namespace cckm
