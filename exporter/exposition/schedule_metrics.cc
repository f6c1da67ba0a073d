// The metrics of one schedule.

#include <array>

#include "collectors/model/refresh_schedule.h"
#include "exporter/exposition/state_metrics.h"

namespace cckm {
namespace {

std::array<LabelView, 3> Plan(const ScheduleState& schedule) {
  const Family* family = schedule.plan.family;
  return {schedule.name, family == nullptr ? std::string_view() : family->name, schedule.run_at};
}

double IsEnabled(const Scene& /*scene*/, const ScheduleState& schedule) {
  return schedule.is_enabled ? 1 : 0;
}

std::optional<double> NextRunAt(const ScheduleState& schedule) {
  return UnixSecondsOf(schedule.next_run_at);
}

std::optional<double> LastDueAt(const ScheduleState& schedule) {
  return UnixSecondsOf(schedule.last_due_at);
}

std::optional<double> Interval(const ScheduleState& schedule) {
  return schedule.interval ? std::optional(ToSeconds(*schedule.interval)) : std::nullopt;
}

std::optional<double> LastRunAt(const ScheduleState& schedule) {
  return UnixSecondsOf(schedule.run_created_at);
}

std::size_t LastRunStatus(const Scene& /*scene*/, const ScheduleState& schedule) {
  return static_cast<std::size_t>(schedule.run_status);
}

double Missed(const Scene& /*scene*/, const ScheduleState& schedule) {
  return schedule.is_missed ? 1 : 0;
}

constexpr std::array kRows = std::to_array<MetricRow<ScheduleState>>({
    {Metric::kScheduleInfo, Info<ScheduleState, 3>{Plan}},
    {Metric::kScheduleEnabled, One<ScheduleState>{IsEnabled}},
    {Metric::kScheduleNextRunTimestamp, AtMostOne<ScheduleState>{NextRunAt}},
    {Metric::kScheduleLastDueTimestamp, AtMostOne<ScheduleState>{LastDueAt}},
    {Metric::kScheduleInterval, AtMostOne<ScheduleState>{Interval}},
    {Metric::kScheduleLastRunTimestamp, AtMostOne<ScheduleState>{LastRunAt}},
    {Metric::kScheduleLastRunStatus, States<ScheduleState>{kRunStatusNames, LastRunStatus}},
    {Metric::kScheduleMissed, One<ScheduleState>{Missed}},
});

}  // namespace

MetricTable<ScheduleState> ScheduleMetrics() { return TableOf<kRows, ScheduleState>(); }

}  // namespace cckm
