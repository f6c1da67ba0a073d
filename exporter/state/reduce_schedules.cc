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

// As texts of labels, each once.
std::vector<std::string> LabelledUnits(const std::vector<std::string>& units) {
  std::vector<std::string> labelled;
  labelled.reserve(units.size());
  for (const std::string& unit : units) labelled.push_back(LabelValue(unit).text());
  std::ranges::sort(labelled);
  labelled.erase(std::unique(labelled.begin(), labelled.end()), labelled.end());
  return labelled;
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

void TakeReading(const ScheduleReading& reading, std::vector<ScheduleState> schedules,
                 SchedulesState& state) {
  KeyedStore<ScheduleState> former = std::exchange(state.schedules, {});
  for (std::size_t place = 0; place < schedules.size(); ++place) {
    ScheduleState& schedule = schedules[place];
    if (state.schedules.Find(schedule.id.text()) != nullptr) continue;
    const ScheduleState* before = former.Find(schedule.id.text());
    if (before != nullptr) schedule.is_missed = before->is_missed;
    schedule.changed_at = ChangedAt(schedule, before, reading.read_at);
    schedule.is_missed = IsMissed(schedule, reading.schedules[place], reading.read_at, state.grace);
    state.schedules.Add(std::move(schedule));
  }
  state.cover_is_stale = true;
  state.was_read = true;
  state.read_at = reading.read_at;
}

void AddTo(FamilyCover::Unit& unit, std::uint32_t place, const ScheduleState& schedule) {
  unit.schedules.push_back(place);
  const auto& interval = schedule.interval;
  if (interval && (!unit.shortest_interval || *interval < *unit.shortest_interval)) {
    unit.shortest_interval = interval;
  }
}

void RenewCover(SchedulesState& state) {
  state.cover.clear();
  std::uint32_t place = 0;
  for (const ScheduleState& schedule : state.schedules) {
    const Family* family = schedule.plan.family;
    if (family != nullptr && schedule.is_enabled) {
      FamilyCover& cover = state.cover[family];
      if (schedule.plan.covers_all) {
        AddTo(cover.all, place, schedule);
      } else {
        for (const std::string& unit : schedule.plan.units) {
          AddTo(cover.by_unit[unit], place, schedule);
        }
      }
    }
    ++place;
  }
}

void RenewDomains(const SchedulesState& state, CollectorState& collector) {
  const bool is_shown = state.was_read && SchedulesNameDomains(*collector.family);
  const auto found = state.cover.find(collector.family);
  for (DomainState& domain : collector.domains) {
    DomainCover cover;
    if (found != state.cover.end()) {
      cover = CoverOf(found->second, domain.id.text(), domain.name.text());
    }
    domain.schedules = is_shown ? std::optional(cover.schedules) : std::nullopt;
    domain.scheduled_interval = cover.shortest_interval;
    ExpectAsScheduled(domain);
  }
}

}  // namespace

PreparedSchedules Prepare(const ScheduleReading& reading, ScheduleIntervals& intervals) {
  PreparedSchedules prepared;
  ScheduleIntervals renewed{.day = std::chrono::floor<std::chrono::days>(reading.read_at)};
  if (renewed.day != intervals.day) intervals.by_expression.clear();
  for (const KnownSchedule& known : reading.schedules) {
    ScheduleState& schedule =
        prepared.schedules.emplace_back(ScheduleState(LabelValue(known.schedule.id)));
    schedule.plan = known.schedule;
    schedule.plan.units = LabelledUnits(known.schedule.units);
    schedule.name = LabelValue(known.schedule.name);
    schedule.run_at = LabelValue(known.schedule.run_at);
    if (known.newest_run) {
      schedule.run_status = known.newest_run->status;
      schedule.run_created_at = known.newest_run->created_at;
    }
    auto cron = CronExpression::Parse(known.schedule.run_at);
    if (!cron) {
      prepared.unreadable.push_back(
          {schedule.id.text(), known.schedule.family, std::move(cron.error().message)});
      continue;
    }
    schedule.cron = *cron;
    schedule.interval =
        IntervalOf(known.schedule.run_at, *cron, reading.read_at, intervals, renewed);
  }
  intervals = std::move(renewed);
  return prepared;
}

std::vector<UnreadableSchedule> ReduceSchedules(const ScheduleUpdate& update,
                                                PreparedSchedules prepared, SchedulesState& state) {
  state.up = update.reading.has_value();
  state.last_error = update.errors.empty() ? std::nullopt : std::optional(update.errors.front());
  if (!update.reading) return {};
  TakeReading(*update.reading, std::move(prepared.schedules), state);
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
    for (DomainState& domain : collector.domains) {
      domain.schedules.reset();
      domain.scheduled_interval.reset();
      ExpectAsScheduled(domain);
    }
  }
}

void AdvanceSchedules(WallTime now, bool domains_may_have_changed, TargetState& target) {
  SchedulesState& state = target.schedules;
  bool some_turned = false;
  for (ScheduleState& schedule : state.schedules) {
    some_turned = AdvanceTo(now, schedule) || some_turned;
  }
  const bool cover_changes = std::exchange(state.cover_is_stale, false) || some_turned;
  if (cover_changes) RenewCover(state);
  if (!cover_changes && !domains_may_have_changed) return;
  for (CollectorState& collector : target.collectors) RenewDomains(state, collector);
}

}  // namespace cckm
