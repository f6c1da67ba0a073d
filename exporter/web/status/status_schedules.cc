#include "exporter/web/status/status_schedules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "collectors/base/rfc3339.h"
#include "collectors/base/text.h"
#include "exporter/web/status/format.h"
#include "exporter/web/status/html.h"
#include "exporter/web/status/status_cells.h"

namespace cckm {
namespace {

using Json = nlohmann::ordered_json;

struct Candidate {
  int rank;
  const TargetState* target;
  const ScheduleState* schedule;
};

int RankOf(const ScheduleState& schedule) {
  if (schedule.is_missed) return 0;
  if (schedule.run_status == RunStatus::kFailed || schedule.run_status == RunStatus::kAborted) {
    return 1;
  }
  if (!schedule.cron) return 2;
  return schedule.is_enabled ? 3 : 4;
}

bool IsBefore(const Candidate& a, const Candidate& b) {
  return std::tuple(a.rank, a.target->label.text(), a.schedule->id.text()) <
         std::tuple(b.rank, b.target->label.text(), b.schedule->id.text());
}

ShownSchedule Copy(const Candidate& candidate) {
  const ScheduleState& schedule = *candidate.schedule;
  const Family* family = schedule.plan.family;
  return {.target = std::string(candidate.target->label.text()),
          .cloud = family == nullptr ? std::string_view() : family->name,
          .id = std::string(schedule.id.text()),
          .name = std::string(schedule.name.text()),
          .run_at = std::string(schedule.run_at.text()),
          .is_readable = schedule.cron.has_value(),
          .is_enabled = schedule.is_enabled,
          .is_missed = schedule.is_missed,
          .last_status = schedule.run_status,
          .next_run_at = schedule.next_run_at,
          .last_due_at = schedule.last_due_at,
          .last_run_at = schedule.run_created_at,
          .interval = schedule.interval};
}

void TakeUnscheduled(const TargetState& target, StatusModel& model) {
  for (const CollectorState& collector : target.collectors) {
    for (const DomainState& domain : collector.domains) {
      if (domain.schedules.value_or(1) != 0) continue;
      if (++model.unscheduled.total > kMaxShownUnscheduled) continue;
      model.unscheduled.rows.push_back({.target = std::string(target.label.text()),
                                        .cloud = collector.family->name,
                                        .id = std::string(domain.id.text()),
                                        .name = std::string(domain.name.text())});
    }
  }
}

// One word, as the marks of the page have it.
std::string_view StateOf(const ShownSchedule& schedule) {
  if (schedule.is_missed) return "missed";
  if (!schedule.is_readable) return "unreadable";
  return schedule.is_enabled ? "enabled" : "disabled";
}

std::string_view StatusName(RunStatus status) {
  return kRunStatusNames[static_cast<std::size_t>(status)];
}

void AppendRow(std::string& html, const ShownSchedule& schedule, WallTime now) {
  html += fmt::format("<tr data-states=\"{} {}\">", StateOf(schedule),
                      StatusName(schedule.last_status));
  AppendMarkCell(html, StateOf(schedule));
  AppendNameCell(html, schedule.name, schedule.id);
  AppendPlaceCell(html, schedule.target, schedule.cloud);
  html += "<td><code>";
  AppendForeign(html, schedule.run_at);
  html += "</code></td>";
  AppendTimeCell(html, schedule.next_run_at, now);
  AppendTimeCell(html, schedule.last_due_at, now);
  AppendTimeCell(html, schedule.last_run_at, now);
  AppendMarkCell(html, StatusName(schedule.last_status));
  AppendLengthCell(html, schedule.interval);
  html += "</tr>\n";
}

void AppendRow(std::string& html, const ShownUnscheduled& domain) {
  html += "<tr data-states=\"unscheduled\">";
  AppendNameCell(html, domain.name, domain.id);
  AppendPlaceCell(html, domain.target, domain.cloud);
  html += "</tr>\n";
}

constexpr std::array<std::string_view, 9> kScheduleColumns = {
    "State",    "Schedule", "Target",      "Runs at", "Next run",
    "Last due", "Last run", "Last status", "Interval"};
constexpr std::array<std::string_view, 2> kUnscheduledColumns = {"Domain", "Target"};

Json Time(const std::optional<WallTime>& time) {
  return time ? Json(FormatRfc3339(*time)) : Json(nullptr);
}

Json ToJson(const ShownSchedule& schedule) {
  return {{"target", schedule.target},
          {"cloud", schedule.cloud},
          {"schedule_id", schedule.id},
          {"schedule", schedule.name},
          {"run_at", schedule.run_at},
          {"readable", schedule.is_readable},
          {"enabled", schedule.is_enabled},
          {"missed", schedule.is_missed},
          {"next_run_at", Time(schedule.next_run_at)},
          {"last_due_at", Time(schedule.last_due_at)},
          {"last_run_at", Time(schedule.last_run_at)},
          {"last_run_status", StatusName(schedule.last_status)},
          {"interval_seconds",
           schedule.interval ? Json(ToSeconds(*schedule.interval)) : Json(nullptr)}};
}

Json ToJson(const ShownUnscheduled& domain) {
  return {{"target", domain.target},
          {"cloud", domain.cloud},
          {"domain_id", domain.id},
          {"domain", domain.name}};
}

template <typename Row>
Json List(const Truncated<Row>& list) {
  Json items = Json::array();
  for (const Row& row : list.rows) items.push_back(ToJson(row));
  return {{"total", list.total}, {"left_out", list.left_out()}, {"items", std::move(items)}};
}

}  // namespace

std::optional<ShownScheduler> SchedulerOf(const TargetState& target) {
  const SchedulesState& state = target.schedules;
  if (!state.is_enabled) return std::nullopt;
  ShownScheduler shown{.up = state.up,
                       .last_read_at = state.read_at,
                       .schedules = state.schedules.size(),
                       .missed = static_cast<std::size_t>(
                           std::ranges::count(state.schedules, true, &ScheduleState::is_missed))};
  if (state.last_error) {
    shown.last_error = ShownError{state.last_error->kind, state.last_error->message};
  }
  return shown;
}

void TakeSchedules(const StateView& view, StatusModel& model) {
  std::vector<Candidate> candidates;
  for (const TargetState& target : view.targets) {
    if (!target.schedules.is_enabled) continue;
    model.reads_schedules = true;
    for (const ScheduleState& schedule : target.schedules.schedules) {
      candidates.push_back({RankOf(schedule), &target, &schedule});
    }
    TakeUnscheduled(target, model);
  }
  model.schedules.total = candidates.size();
  const auto end = candidates.begin() +
                   static_cast<std::ptrdiff_t>(std::min(candidates.size(), kMaxShownSchedules));
  std::partial_sort(candidates.begin(), end, candidates.end(), IsBefore);
  candidates.erase(end, candidates.end());
  for (const Candidate& candidate : candidates) model.schedules.rows.push_back(Copy(candidate));
}

void MakeSchedulesFit(StatusModel& model) {
  for (ShownSchedule& schedule : model.schedules.rows) {
    for (std::string* text : {&schedule.target, &schedule.id, &schedule.name, &schedule.run_at}) {
      *text = Printable(*text);
    }
  }
  for (ShownUnscheduled& domain : model.unscheduled.rows) {
    for (std::string* text : {&domain.target, &domain.id, &domain.name}) *text = Printable(*text);
  }
}

void AppendSchedules(std::string& html, const StatusModel& model) {
  if (!model.reads_schedules) return;
  if (model.schedules.rows.empty()) {
    AppendEmpty(html, "schedules", "Schedules", "No schedule of refreshes is known.");
  } else {
    BeginTable(html, "schedules", "Schedules",
               CaptionOf(model.schedules, "schedule", "schedules",
                         "missed ones first, then those whose last run failed"),
               kScheduleColumns);
    for (const ShownSchedule& schedule : model.schedules.rows) {
      AppendRow(html, schedule, model.taken_at);
    }
    EndTable(html);
  }
  constexpr std::string_view kUnscheduled = "Domains that no schedule covers";
  if (model.unscheduled.rows.empty()) {
    AppendEmpty(html, "unscheduled", kUnscheduled, "None is known.");
    return;
  }
  BeginTable(html, "unscheduled", kUnscheduled,
             CaptionOf(model.unscheduled, "domain", "domains", "by target"), kUnscheduledColumns);
  for (const ShownUnscheduled& domain : model.unscheduled.rows) AppendRow(html, domain);
  EndTable(html);
}

std::string SummaryOf(const ShownScheduler& scheduler) {
  std::string text = CountOf(scheduler.schedules, "schedule", "schedules");
  if (scheduler.missed != 0) text += ", " + Grouped(scheduler.missed) + " missed";
  if (!scheduler.up) text += scheduler.last_error ? ", cannot be read" : ", not read yet";
  return text;
}

void AddSchedules(const StatusModel& model, Json& status) {
  if (!model.reads_schedules) return;
  status["schedules"] = List(model.schedules);
  status["unscheduled_domains"] = List(model.unscheduled);
}

Json ToJson(const ShownScheduler& scheduler) {
  return {{"up", scheduler.up},
          {"last_read_at", Time(scheduler.last_read_at)},
          {"schedules", scheduler.schedules},
          {"missed", scheduler.missed}};
}

}  // namespace cckm
