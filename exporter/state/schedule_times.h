// When a schedule is due, and whether a run that was due is missed: the rules of
// deploy/docs/schedules.md.
//
// Thread-safety: pure functions; as the objects that they change.

#pragma once

#include <optional>

#include "collectors/base/clock.h"
#include "collectors/poll/schedule_update.h"
#include "exporter/state/schedules_state.h"

namespace cckm {

// A run counts for a time that is due if it was created no earlier than this before it: the clocks
// of a cluster's nodes differ.
inline constexpr Nanoseconds kMaxEarly = std::chrono::minutes(1);

// Whether it plans runs at that moment.
bool IsEnabledAt(const RefreshSchedule& plan, WallTime moment);

// The last time that it was due at or before a moment: not before its creation, its last change or
// its start, nor at its end or after it; never while it is disabled.
std::optional<WallTime> LastDueAt(const ScheduleState& schedule, WallTime moment);

// Renews what is true of the schedule at `now`, if time has passed what it says.  Returns whether
// it was enabled or disabled by that.
bool AdvanceTo(WallTime now, ScheduleState& schedule);

// Whether a run is missed, as a reading tells.  What cannot be decided stays as it was; but of a
// schedule that has ended, only a run that would be there if it had come is missed.
bool IsMissed(const ScheduleState& schedule, const KnownSchedule& known, WallTime read_at,
              Nanoseconds grace);

}  // namespace cckm
