// Reduces what a reading of the scheduler told into the state of its target.
//
// Thread-safety: none; called by StateStore, where it says so under its lock.

#pragma once

#include <string>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/model/family.h"
#include "collectors/poll/schedule_update.h"
#include "exporter/state/schedules_state.h"
#include "exporter/state/state.h"

namespace cckm {

// A schedule whose expression or times cannot be read, and was not counted as such before.
struct UnreadableSchedule {
  std::string schedule_id;  // as a label
  const Family* family = nullptr;
  std::string reason;
};

// A reading with labels in the place of texts, expressions that are read, and the units that are
// covered: made before anybody has to wait.
struct PreparedSchedules {
  KeyedStore<ScheduleState> schedules;
  std::vector<const KnownSchedule*> known;  // of each, in the reading
  ScheduleCover cover;
  std::vector<UnreadableSchedule> unreadable;
};
// `reading` outlives what is prepared.  Takes the longest intervals from `intervals` where they are
// of the same day, and renews it.
PreparedSchedules Prepare(const ScheduleReading& reading, ScheduleIntervals& intervals);

// Takes the update, whose reading was prepared, and leaves in `prepared` what was known before,
// which is to be freed when nobody waits.  Returns those schedules that cannot be read and were not
// counted before.
std::vector<UnreadableSchedule> ReduceSchedules(const ScheduleUpdate& update,
                                                PreparedSchedules& prepared, SchedulesState& state);

// Takes the target's settings of its scheduler.  What was read of it stays as long as it is read.
void SetUpSchedules(TargetState& target);

// Renews what is true of the target's schedules, which were read, at `now`, and of the domains that
// they cover where those or the schedules changed.
void AdvanceSchedules(WallTime now, TargetState& target);

}  // namespace cckm
