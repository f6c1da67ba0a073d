#include "exporter/state/schedule_times.h"

#include <algorithm>

namespace cckm {
namespace {

// The Date of an answer is to the second, so that the appliance's clock seems to go back at times.
constexpr Nanoseconds kMaxBack = std::chrono::seconds(2);

std::optional<WallTime> NotBefore(const ScheduleState& schedule) {
  const RefreshSchedule& plan = schedule.plan;
  return std::max({plan.created_at, plan.updated_at, plan.starts_at, schedule.changed_at});
}

std::optional<WallTime> NextRunAfter(const ScheduleState& schedule, WallTime now) {
  const RefreshSchedule& plan = schedule.plan;
  if (!schedule.cron || plan.is_disabled) return std::nullopt;
  const bool has_begun = !plan.starts_at || *plan.starts_at <= now;
  const auto next = schedule.cron->NextAfter(has_begun ? now : *plan.starts_at - Nanoseconds(1));
  return next && plan.ends_at && *next >= *plan.ends_at ? std::nullopt : next;
}

}  // namespace

bool IsEnabledAt(const RefreshSchedule& plan, WallTime moment) {
  return !plan.is_disabled && (!plan.starts_at || *plan.starts_at <= moment) &&
         (!plan.ends_at || moment < *plan.ends_at);
}

std::optional<WallTime> LastDueAt(const ScheduleState& schedule, WallTime moment) {
  const WallTime before_end = schedule.plan.ends_at.value_or(WallTime::max()) - Nanoseconds(1);
  const WallTime latest = std::min(moment, before_end);
  if (!schedule.cron || !IsEnabledAt(schedule.plan, latest)) return std::nullopt;
  const auto due = schedule.cron->LastAtOrBefore(latest);
  return due < NotBefore(schedule) ? std::nullopt : due;
}

bool AdvanceTo(WallTime now, ScheduleState& schedule) {
  const bool is_as_it_was = schedule.as_of - kMaxBack <= now && now < schedule.valid_until;
  if (is_as_it_was) return false;
  const RefreshSchedule& plan = schedule.plan;
  const bool was_enabled = schedule.is_enabled;
  schedule.as_of = now;
  schedule.is_enabled = IsEnabledAt(plan, now);
  schedule.next_run_at = NextRunAfter(schedule, now);
  schedule.last_due_at = LastDueAt(schedule, now);
  schedule.valid_until = schedule.next_run_at.value_or(WallTime::max());
  for (const auto& turn : {plan.starts_at, plan.ends_at}) {
    if (turn && *turn > now) schedule.valid_until = std::min(schedule.valid_until, *turn);
  }
  return schedule.is_enabled != was_enabled;
}

bool IsMissed(const ScheduleState& schedule, const KnownSchedule& known, WallTime read_at,
              Nanoseconds grace) {
  const RefreshSchedule& plan = schedule.plan;
  const auto due = LastDueAt(schedule, read_at - grace);
  if (!due || plan.HasUnreadableSpan()) return false;
  const WallTime counts_from = *due - kMaxEarly;
  if (known.newest_run && known.newest_run->created_at >= counts_from) return false;
  const bool is_undated = known.newest_run && !known.newest_run->created_at;
  if (is_undated || known.has_undated_run) return schedule.is_missed;
  // No further run will come that shows that the others were deleted.
  if (plan.ends_at && *plan.ends_at <= read_at) return known.runs_seen_since <= counts_from;
  return known.runs_known_since <= counts_from || schedule.is_missed;
}

}  // namespace cckm
