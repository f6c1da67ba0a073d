// The reducer of a collector for one update of the state.
//
// Thread-safety: none; called by StateStore under its lock.

#pragma once

#include <cstdint>

#include "collectors/base/clock.h"
#include "exporter/state/state.h"
#include "exporter/state/state_reducer.h"

namespace cckm {

// Which update of the state something belongs to, and when that is.
struct UpdateMoment {
  const BucketBounds& bounds;
  std::uint64_t update_number = 0;  // from 1
  SteadyTime now{};
  WallTime wall_now{};
};

// The reducer with what the collector's target leaves and expects.  `labels` outlive it.
StateReducer ReducerFor(const TargetState& target, CollectorState& collector,
                        const DomainLabels& labels, const UpdateMoment& moment);

}  // namespace cckm
