// What a poller tells the other side of the appliance's scheduler, after each reading of it.
//
// Plain data.  Made by ScheduleReader, read by a PollListener.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/model/refresh_schedule.h"
#include "collectors/poll/poll_records.h"

namespace cckm {

// No target has more schedules; others are left out.
inline constexpr std::size_t kMaxSchedules = 10'000;

// A schedule and what is known of its runs.
struct KnownSchedule {
  // In the place of runs_known_since.
  static constexpr WallTime kAllRuns = WallTime::min();
  static constexpr WallTime kNoRuns = WallTime::max();

  RefreshSchedule schedule;
  std::optional<ScheduleRun> newest_run = {};
  // Every run that was created at this time or later was looked at.
  WallTime runs_known_since = kNoRuns;
  // The same, as far as runs of that age were there: the list had one, of any schedule, that was
  // created at this time or before.  Older ones may have been deleted.
  WallTime runs_seen_since = kNoRuns;
  // What was read has a run whose creation is unreadable.
  bool has_undated_run = false;
};

// What a reading without a fault told.
struct ScheduleReading {
  // By the appliance's clock; without a Date in its answers by ours.  Runs that were created before
  // were listed.
  WallTime read_at{};
  // Whether these are all schedules that the appliance has, each once.  One that an incomplete list
  // does not have stays among them.
  bool is_complete = false;
  std::vector<KnownSchedule> schedules = {};
};

struct ScheduleUpdate {
  std::string_view target;                 // name; lives as long as the poller
  WallTime wall_time{};                    // when it was handed over
  std::optional<ScheduleReading> reading;  // none: the scheduler could not be read
  std::vector<RequestRecord> requests;
  ErrorCounts error_counts{};
  std::vector<Error> errors;  // the first of each kind, for the log and the page
  TargetObservation observation;
};

}  // namespace cckm
