#include "exporter/web/status/status_schedules.h"

#include <array>
#include <string_view>

#include "exporter/web/status/format.h"
#include "exporter/web/status/status_cells.h"

namespace cckm {
namespace {

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
  Append(html, "<tr data-states=\"{} {}\">", StateOf(schedule), StatusName(schedule.last_status));
  AppendMarkCell(html, StateOf(schedule));
  AppendNameCell(html, schedule.name, schedule.id);
  AppendPlaceCell(html, schedule.target, schedule.cloud);
  Append(html, "<td><code>{}</code></td>", EscapeForeign(schedule.run_at));
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

}  // namespace

void AppendSchedules(std::string& html, const StatusModel& model) {
  constexpr ListText kSchedules = {.id = "schedules",
                                   .heading = "Schedules",
                                   .if_empty = "No schedule of refreshes is known.",
                                   .singular = "schedule",
                                   .plural = "schedules",
                                   .order = "missed ones first, then those whose last run failed"};
  constexpr ListText kUnscheduled = {.id = "unscheduled",
                                     .heading = "Domains that no schedule covers",
                                     .if_empty = "None is known.",
                                     .singular = "domain",
                                     .plural = "domains",
                                     .order = "by target"};
  if (!model.reads_schedules) return;
  AppendList(html, kSchedules, kScheduleColumns, model.schedules,
             [&](const ShownSchedule& schedule) { AppendRow(html, schedule, model.taken_at); });
  AppendList(html, kUnscheduled, kUnscheduledColumns, model.unscheduled,
             [&](const ShownUnscheduled& domain) { AppendRow(html, domain); });
}

std::string SummaryOf(const ShownScheduler& scheduler) {
  std::string text = CountOf(scheduler.schedules, "schedule", "schedules");
  if (scheduler.missed != 0) text += ", " + Grouped(scheduler.missed) + " missed";
  if (!scheduler.up) text += scheduler.last_error ? ", cannot be read" : ", not read yet";
  return text;
}

}  // namespace cckm
