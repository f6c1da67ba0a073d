#include "exporter/state/reduce_schedules.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "exporter/state/schedule_times.h"
#include "exporter/state/state_reducer.h"

namespace cckm {
namespace {

std::optional<Nanoseconds> IntervalOf(const std::string& run_at, const CronExpression& cron,
                                      WallTime from, ScheduleIntervals& former,
                                      ScheduleIntervals& renewed) {
  const auto [entry, is_new] = renewed.by_expression.try_emplace(run_at);
  if (!is_new) return entry->second;
  const auto known = former.by_expression.find(run_at);
  entry->second = known != former.by_expression.end() ? known->second : cron.LongestGap(from);
  return entry->second;
}

// What cannot be read of the schedule and what follows from that; empty: nothing.
std::string ReasonOf(const RefreshSchedule& schedule, std::string cron_error) {
  if (schedule.unreadable_times.empty()) return cron_error;
  std::string reason = std::move(cron_error);
  for (const std::string_view name : schedule.unreadable_times) {
    reason.append(reason.empty() ? "" : ", ").append(name).append(" is no time");
  }
  return reason + (schedule.HasUnreadableSpan() ? ": none of its runs is said to be missed"
                                                : ": it counts as unset");
}

bool PlansTheSame(const RefreshSchedule& a, const RefreshSchedule& b) {
  return a.run_at == b.run_at && a.is_disabled == b.is_disabled && a.starts_at == b.starts_at &&
         a.ends_at == b.ends_at;
}

// Where the appliance does not tell when a schedule came or changed, it is when that was seen.
std::optional<WallTime> ChangedAt(const ScheduleState& schedule, const ScheduleState* former,
                                  WallTime read_at) {
  if (former == nullptr) {
    const bool is_told = schedule.plan.created_at || schedule.plan.updated_at;
    return is_told ? std::nullopt : std::optional(read_at);
  }
  return PlansTheSame(schedule.plan, former->plan) ? former->changed_at : std::optional(read_at);
}

// Leaves in `prepared` what was known before: to free it takes time.
void TakeReading(const ScheduleReading& reading, PreparedSchedules& prepared,
                 SchedulesState& state) {
  std::swap(state.schedules, prepared.schedules);
  std::swap(state.cover, prepared.cover);
  KeyedStore<ScheduleState>& former = prepared.schedules;
  auto known = prepared.known.begin();
  for (const ScheduleState& read : state.schedules) {
    ScheduleState& schedule = state.schedules.Change(read);
    const ScheduleState* before = former.Find(schedule.id.text());
    if (before != nullptr) schedule.is_missed = before->is_missed;
    schedule.changed_at = ChangedAt(schedule, before, reading.read_at);
    schedule.is_missed = IsMissed(schedule, **known++, reading.read_at, state.grace);
  }
  state.cover_is_new = true;
  state.was_read = true;
  state.read_at = reading.read_at;
}

void Take(const KnownSchedule& known, WallTime read_at, ScheduleState& schedule) {
  schedule.plan = known.schedule;
  schedule.name = LabelValue(known.schedule.name);
  schedule.run_at = LabelValue(known.schedule.run_at);
  schedule.is_enabled = IsEnabledAt(known.schedule, read_at);
  if (!known.newest_run) return;
  schedule.run_status = known.newest_run->status;
  schedule.run_created_at = known.newest_run->created_at;
}

void RenewDomains(const SchedulesState& state, CollectorState& collector) {
  const bool is_shown = state.was_read && SchedulesNameDomains(*collector.family);
  const auto found = state.cover.find(collector.family);
  for (const DomainState& domain : collector.domains) {
    DomainCover cover;
    if (found != state.cover.end()) {
      cover = CoverOf(found->second, domain.id.text(), domain.name.text());
    }
    const auto schedules = is_shown ? std::optional(cover.schedules) : std::nullopt;
    const bool is_known =
        domain.schedules == schedules && domain.scheduled_interval == cover.shortest_interval;
    if (is_known) continue;
    DomainState& changed = collector.domains.Change(domain);
    changed.schedules = schedules;
    changed.scheduled_interval = cover.shortest_interval;
    ExpectAsScheduled(changed);
  }
}

}  // namespace

PreparedSchedules Prepare(const ScheduleReading& reading, ScheduleIntervals& intervals) {
  PreparedSchedules prepared;
  ScheduleIntervals renewed{.day = std::chrono::floor<std::chrono::days>(reading.read_at)};
  if (renewed.day != intervals.day) intervals.by_expression.clear();
  for (const KnownSchedule& known : reading.schedules) {
    LabelValue id(known.schedule.id);
    if (prepared.schedules.Find(id.text()) != nullptr) continue;
    ScheduleState& schedule = prepared.schedules.Add(ScheduleState(std::move(id)));
    prepared.known.push_back(&known);
    const auto cron = CronExpression::Parse(known.schedule.run_at);
    std::string reason = ReasonOf(known.schedule, cron ? "" : cron.error().message);
    if (!reason.empty()) {
      prepared.unreadable.push_back(
          {std::string(schedule.id.text()), known.schedule.family, std::move(reason)});
    }
    Take(known, reading.read_at, schedule);
    if (!cron) continue;
    schedule.cron = *cron;
    schedule.interval =
        IntervalOf(known.schedule.run_at, *cron, reading.read_at, intervals, renewed);
  }
  prepared.cover = TakeCover(prepared.schedules);
  intervals = std::move(renewed);
  return prepared;
}

std::vector<UnreadableSchedule> ReduceSchedules(const ScheduleUpdate& update,
                                                PreparedSchedules& prepared,
                                                SchedulesState& state) {
  state.up = update.reading.has_value();
  state.last_error = update.errors.empty() ? std::nullopt : std::optional(update.errors.front());
  if (!update.reading) return {};
  TakeReading(*update.reading, prepared, state);
  auto& counted = state.counted_unreadable;
  std::erase_if(prepared.unreadable, [&](const UnreadableSchedule& unreadable) {
    return counted.contains(unreadable.schedule_id) || counted.size() >= kMaxSchedules ||
           !counted.insert(unreadable.schedule_id).second;
  });
  return std::move(prepared.unreadable);
}

void SetUpSchedules(TargetState& target) {
  const SchedulerSettings& settings = target.options.schedules;
  if (!settings.enabled) target.schedules = {};
  target.schedules.is_enabled = settings.enabled;
  target.schedules.grace = settings.grace;
  if (settings.enabled) return;
  for (CollectorState& collector : target.collectors) {
    for (const DomainState& domain : collector.domains) {
      DomainState& changed = collector.domains.Change(domain);
      changed.schedules.reset();
      changed.scheduled_interval.reset();
      ExpectAsScheduled(changed);
    }
  }
}

void AdvanceSchedules(WallTime now, TargetState& target) {
  SchedulesState& state = target.schedules;
  bool some_turned = false;
  for (const ScheduleState& schedule : state.schedules) {
    some_turned = AdvanceTo(now, state.schedules.Change(schedule)) || some_turned;
  }
  if (some_turned) CountEnabled(state.schedules, state.cover);
  const bool cover_changes = std::exchange(state.cover_is_new, false) || some_turned;
  for (CollectorState& collector : target.collectors) {
    if (!cover_changes && collector.covered_version == collector.domains.version()) continue;
    RenewDomains(state, collector);
    collector.covered_version = collector.domains.version();
  }
}

}  // namespace cckm
