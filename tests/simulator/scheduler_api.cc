#include "tests/simulator/scheduler_api.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "tests/simulator/api_error.h"
#include "tests/simulator/list_query.h"
#include "tests/simulator/render_schedule.h"

namespace cckm::simulator {
namespace {

constexpr std::string_view kPrefix = "/api/v1/scheduler/";
constexpr std::string_view kConfigs = "job-configs";
constexpr std::string_view kJobs = "jobs";

using Settings = SchedulerApiSettings;

// `name` with hyphens, which may also be underscores; empty without it.
std::string_view FilterOf(const Query& query, std::string name) {
  if (const auto value = query.Find(name)) return *value;
  std::ranges::replace(name, '-', '_');
  return query.Find(name).value_or("");
}

tl::expected<std::optional<TimePoint>, std::string> TimeFilter(const Query& query,
                                                               const std::string& name) {
  const std::string_view text = FilterOf(query, name);
  if (text.empty()) return std::optional<TimePoint>();
  const auto time = ParseTimestamp(text);
  if (!time) return tl::unexpected(name + ": a time of RFC 3339 in UTC");
  return time;
}

Order OrderOf(const Query& query) {
  return query.Find("sort") == "-createdAt" ? Order::kNewestFirst : Order::kOldestFirst;
}

struct ConfigFilter {
  std::string_view id;
  std::string_view name;
  std::string_view operation;
  std::string_view disabled;
  std::optional<TimePoint> created_after;
  std::optional<TimePoint> created_before;

  bool Passes(const Schedule& schedule) const {
    const auto allows = [](std::string_view filter, std::string_view value) {
      return filter.empty() || filter == value;
    };
    return allows(id, schedule.id) && allows(name, schedule.rule.name) &&
           allows(operation, schedule.rule.operation) &&
           allows(disabled, schedule.rule.disabled ? "true" : "false") &&
           (!created_after || schedule.created_at > *created_after) &&
           (!created_before || schedule.created_at < *created_before);
  }
};

// The query must outlive the result.
tl::expected<ConfigFilter, std::string> ParseConfigFilter(const Query& query) {
  const auto after = TimeFilter(query, "created-after");
  const auto before = TimeFilter(query, "created-before");
  if (!after) return tl::unexpected(after.error());
  if (!before) return tl::unexpected(before.error());
  return ConfigFilter{FilterOf(query, "id"),
                      FilterOf(query, "name"),
                      FilterOf(query, "operation"),
                      FilterOf(query, "disabled"),
                      *after,
                      *before};
}

tl::expected<RunFilter, std::string> ParseRunFilter(const Query& query) {
  RunFilter filter;
  filter.id = FilterOf(query, "id");
  filter.name = FilterOf(query, "name");
  filter.operation = FilterOf(query, "operation");
  filter.job_config_id = FilterOf(query, "job-config-id");
  filter.processing_node = FilterOf(query, "processing-node");
  if (const std::string_view status = FilterOf(query, "job-status"); !status.empty()) {
    filter.status = ParseRunStatus(status);
    if (!filter.status) return tl::unexpected<std::string>("job-status: a status of a run");
  }
  const auto after = TimeFilter(query, "created-after");
  const auto before = TimeFilter(query, "created-before");
  if (!after) return tl::unexpected(after.error());
  if (!before) return tl::unexpected(before.error());
  filter.created_after = *after;
  filter.created_before = *before;
  return filter;
}

Response ListConfigs(const Settings& settings, const Scheduler& scheduler, const Query& query) {
  auto page = ParsePage(query);
  if (!page) return InvalidValue(page.error());
  const auto filter = settings.filters ? ParseConfigFilter(query) : ConfigFilter{};
  if (!filter) return InvalidValue(filter.error());
  auto schedules = scheduler.Schedules();
  std::erase_if(schedules, [&](const SchedulePtr& schedule) { return !filter->Passes(*schedule); });
  std::ranges::stable_sort(schedules, {},
                           [](const SchedulePtr& schedule) { return schedule->created_at; });
  if (OrderOf(query) == Order::kNewestFirst) std::ranges::reverse(schedules);
  page->total = schedules.size();
  return {200, RenderScheduleList(*page, CutPage(schedules, *page)), {}};
}

ConfigId ConfigIdOf(const Settings& settings) {
  return settings.config_id_in_runs ? ConfigId::kShown : ConfigId::kOmitted;
}

Response ListRuns(const Settings& settings, const Scheduler& scheduler, const Query& query,
                  TimePoint at) {
  auto page = ParsePage(query);
  if (!page) return InvalidValue(page.error());
  const auto filter = settings.filters ? ParseRunFilter(query) : RunFilter{};
  if (!filter) return InvalidValue(filter.error());
  const RunPage runs = scheduler.List(*filter, OrderOf(query), page->skip, PageSize(*page), at);
  page->total = runs.total;
  return {200, RenderRunList(*page, runs.runs, ConfigIdOf(settings)), {}};
}

Response ShowConfig(const Scheduler& scheduler, std::string_view id) {
  const SchedulePtr schedule = scheduler.FindSchedule(id);
  return schedule ? Response{200, RenderSchedule(*schedule), {}} : NotFound();
}

Response ShowRun(const Settings& settings, const Scheduler& scheduler, std::string_view id,
                 TimePoint at) {
  if (id.empty()) return NotFound();
  const RunPage found = scheduler.List({.id = std::string(id)}, Order::kOldestFirst, 0, 1, at);
  if (found.runs.empty()) return NotFound();
  return {200, RenderRun(found.runs.front(), ConfigIdOf(settings)), {}};
}

}  // namespace

bool IsSchedulerPath(std::string_view path) { return path.starts_with(kPrefix); }

Response AnswerScheduler(const SchedulerApiSettings& settings, const Scheduler& scheduler,
                         const Request& request, TimePoint at) {
  if (settings.access == Settings::Access::kAbsent) return NotFound();
  if (settings.access == Settings::Access::kForbidden) return Forbidden();
  const std::string_view rest = request.path.substr(kPrefix.size());
  const std::size_t slash = rest.find('/');
  const std::string_view list = rest.substr(0, slash);
  if (list != kConfigs && list != kJobs) return NotFound();
  if (request.method != "GET") return MethodNotAllowed("GET");
  if (slash != std::string_view::npos) {
    const std::string_view id = rest.substr(slash + 1);
    return list == kConfigs ? ShowConfig(scheduler, id) : ShowRun(settings, scheduler, id, at);
  }
  const Query query(request.query);
  return list == kConfigs ? ListConfigs(settings, scheduler, query)
                          : ListRuns(settings, scheduler, query, at);
}

}  // namespace cckm::simulator
