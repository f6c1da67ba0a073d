#include "tests/simulator/render_schedule.h"

#include <algorithm>
#include <array>
#include <utility>

#include "tests/simulator/json_parts.h"

namespace cckm::simulator {
namespace {

using Json = OrderedJson;

constexpr std::array<std::pair<RunStatus, std::string_view>, 5> kWords = {
    {{RunStatus::kScheduled, "scheduled"},
     {RunStatus::kInProgress, "in_progress"},
     {RunStatus::kCompleted, "completed"},
     {RunStatus::kFailed, "failed"},
     {RunStatus::kAborted, "aborted"}}};

std::string DateText(const std::optional<TimePoint>& date) {
  return date ? FormatTimestamp(*date, Precision::kMicroseconds) : kUnsetTimestamp;
}

Json ParametersOf(const ScheduleRule& rule) {
  Json parameters = Json::object();
  if (rule.family == nullptr) return parameters;
  parameters["cloud_name"] = rule.family->cloud;
  parameters["synchronize_all"] = rule.units.empty();
  if (!rule.units.empty()) parameters[std::string(rule.family->schedule_units)] = rule.units;
  return parameters;
}

// No example of the uri is public.
Json ScheduleJson(const Schedule& schedule) {
  const ScheduleRule& rule = schedule.rule;
  return {{"id", schedule.id},
          {"uri", "kylo:kylo:scheduler:job-configs:" + schedule.id},
          {"account", kAccount},
          {"application", kApplication},
          {"devAccount", kDevAccount},
          {"createdAt", FormatTimestamp(schedule.created_at, Precision::kMicroseconds)},
          {"updatedAt", FormatTimestamp(schedule.updated_at, Precision::kMicroseconds)},
          {"name", rule.name},
          {"description", rule.description},
          {"operation", rule.operation},
          {"run_at", rule.shown_run_at.empty() ? rule.run_at : rule.shown_run_at},
          {"run_on", rule.run_on},
          {"disabled", rule.disabled},
          {"start_date", DateText(schedule.start_date)},
          {"end_date", DateText(schedule.end_date)},
          {"job_config_params", ParametersOf(rule)}};
}

Json RunJson(const Run& run, ConfigId config_id) {
  Json json = {{"id", run.id},
               {"name", run.schedule->rule.name},
               {"operation", run.schedule->rule.operation},
               {"status", WordOf(run.status)},
               {"createdAt", FormatTimestamp(run.created_at, Precision::kMicroseconds)},
               {"processing_node", run.processing_node}};
  if (config_id == ConfigId::kShown) json["job_config_id"] = run.schedule->id;
  return json;
}

}  // namespace

std::string_view WordOf(RunStatus status) {
  return std::ranges::find(kWords, status, &decltype(kWords)::value_type::first)->second;
}

std::optional<RunStatus> ParseRunStatus(std::string_view word) {
  const auto* const found = std::ranges::find(kWords, word, &decltype(kWords)::value_type::second);
  return found == kWords.end() ? std::nullopt : std::optional(found->first);
}

std::string RenderSchedule(const Schedule& schedule) { return Dump(ScheduleJson(schedule)); }

std::string RenderScheduleList(const Envelope& envelope, const std::vector<SchedulePtr>& page) {
  Json list = EnvelopeJson(envelope);
  for (const SchedulePtr& schedule : page) list["resources"].push_back(ScheduleJson(*schedule));
  return Dump(list);
}

std::string RenderRun(const Run& run, ConfigId config_id) { return Dump(RunJson(run, config_id)); }

std::string RenderRunList(const Envelope& envelope, const std::vector<Run>& page,
                          ConfigId config_id) {
  Json list = EnvelopeJson(envelope);
  for (const Run& run : page) list["resources"].push_back(RunJson(run, config_id));
  return Dump(list);
}

}  // namespace cckm::simulator
