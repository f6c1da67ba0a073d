#include "tests/simulator/schedule_rule.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "tests/simulator/random.h"
#include "tests/simulator/values.h"

namespace cckm::simulator {
namespace {

using Text = std::string_view;
using Rule = ScheduleRule;

constexpr Text kSynchronization = "cckm_synchronization";
constexpr Text kBackup = "database_backup";

constexpr std::array<std::pair<Text, RunStatus>, 3> kEndings = {
    {{"completed", RunStatus::kCompleted},
     {"failed", RunStatus::kFailed},
     {"aborted", RunStatus::kAborted}}};

bool ReadText(Text text, std::string& target) {
  target = text;
  return !text.empty();
}

bool ReadRunAt(Text text, Rule& rule) {
  rule.run_at = text;
  rule.cron = Cron::Parse(text);
  return rule.cron.has_value();
}

bool ReadFamily(Text text, Rule& rule) {
  rule.family = FindFamily(text);
  return rule.family != nullptr && !rule.family->schedule_units.empty();
}

bool ReadUnits(Text text, Rule& rule) {
  rule.units = SplitAtCommas(text);
  return !rule.units.empty();
}

bool ReadDisabled(Text text, Rule& rule) {
  rule.disabled = text == "yes";
  return text == "yes" || text == "no";
}

bool ReadMissed(Text text, Rule& rule) {
  const auto missed = ParseMissed(text);
  rule.missed = missed.value_or(0);
  return missed.has_value();
}

bool ReadRuns(Text text, Rule& rule) {
  const auto runs = ParseNumber(text, kMostRuns);
  rule.runs = runs.value_or(0);
  return runs.has_value();
}

bool ReadRunsAs(Text text, Rule& rule) {
  const auto* const found = std::ranges::find(kEndings, text, &std::pair<Text, RunStatus>::first);
  if (found == kEndings.end()) return false;
  rule.runs_as = found->second;
  return true;
}

bool ReadTime(Text text, std::chrono::nanoseconds& time) {
  const auto parsed = ParseDuration(text);
  if (parsed) time = *parsed;
  return parsed.has_value();
}

// `sign`: -1 for a time before now.
bool ReadDate(Text text, std::optional<std::chrono::nanoseconds>& date, int sign) {
  const auto parsed = ParseDuration(text);
  if (parsed) date = *parsed * sign;
  return parsed.has_value();
}

struct Parameter {
  Text name;
  Text expected;
  bool (*read)(Text text, Rule& rule);
};

using T = Text;
using R = Rule;

// clang-format off
constexpr std::array<Parameter, 17> kParameters = {{
    {"name", "a text", [](T t, R& r) { return ReadText(t, r.name); }},
    {"run_at", "five cron fields", ReadRunAt},
    {"shown_run_at", "a text", [](T t, R& r) { return ReadText(t, r.shown_run_at); }},
    {"family", "a family that the scheduler knows", ReadFamily},
    {"operation", "a text", [](T t, R& r) { return ReadText(t, r.operation); }},
    {"units", "IDs or numbers with commas between them", ReadUnits},
    {"disabled", "yes or no", ReadDisabled},
    {"missed", "a number, or all", ReadMissed},
    {"description", "a text", [](T t, R& r) { return ReadText(t, r.description); }},
    {"run_on", "a text", [](T t, R& r) { return ReadText(t, r.run_on); }},
    {"starts_in", "a time such as 1h", [](T t, R& r) { return ReadDate(t, r.start, 1); }},
    {"ends_in", "a time such as 1h", [](T t, R& r) { return ReadDate(t, r.end, 1); }},
    {"ended_ago", "a time such as 1h", [](T t, R& r) { return ReadDate(t, r.end, -1); }},
    {"queued", "a time such as 5s", [](T t, R& r) { return ReadTime(t, r.queued); }},
    {"age", "a time such as 1h", [](T t, R& r) { return ReadTime(t, r.age); }},
    {"runs", "a number up to 1000000", ReadRuns},
    {"runs_as", "completed, failed or aborted", ReadRunsAs},
}};
// clang-format on

std::optional<std::string> ReadParameters(const Query& query, Rule& rule) {
  for (const Parameter& parameter : kParameters) {
    const auto value = query.Find(parameter.name);
    if (!value || parameter.read(*value, rule)) continue;
    return std::string(parameter.name).append(": ").append(parameter.expected);
  }
  return std::nullopt;
}

std::optional<std::string> FindUnknown(const Query& query) {
  for (const std::string& name : query.Names()) {
    const bool known = name == "tenancy" || std::ranges::count(kParameters, name, &Parameter::name);
    if (!known) return "unknown parameter " + name;
  }
  return std::nullopt;
}

std::optional<std::string> CheckTogether(const Rule& rule) {
  if (rule.name.empty()) return "name: a text";
  if (!rule.cron) return "run_at: five cron fields";
  if ((rule.family == nullptr) == rule.operation.empty()) {
    return "family, operation: exactly one of the two";
  }
  if (rule.operation == kSynchronization) return "operation: another one, or a family";
  if (rule.family == nullptr && !rule.units.empty()) return "units: only with a family";
  if (rule.start && rule.end && *rule.end <= *rule.start) return "ends_in: later than starts_in";
  return std::nullopt;
}

}  // namespace

tl::expected<ScheduleRule, std::string> ParseScheduleRule(const Query& query) {
  ScheduleRule rule;
  if (auto unknown = FindUnknown(query)) return tl::unexpected(*unknown);
  if (auto problem = ReadParameters(query, rule)) return tl::unexpected(*problem);
  if (auto problem = CheckTogether(rule)) return tl::unexpected(*problem);
  if (rule.family != nullptr) rule.operation = kSynchronization;
  rule.tenancy = query.Find("tenancy").value_or("");
  return rule;
}

std::optional<std::uint64_t> ParseMissed(std::string_view text) {
  return text == "all" ? kEveryRun : ParseNumber(text, kEveryRun);
}

std::vector<ScheduleRule> MakeScheduleRules(std::uint64_t seed, std::size_t count,
                                            std::uint64_t runs,
                                            const std::vector<const Family*>& families) {
  constexpr std::size_t kBackupEvery = 10;
  std::vector<ScheduleRule> rules(count);
  for (std::size_t place = 0; place < count; ++place) {
    Random random(seed, "schedule rule", place);
    ScheduleRule& rule = rules[place];
    rule.name = "planned-" + std::to_string(place + 1);
    rule.run_at =
        std::to_string(random.Below(60)) + ' ' + std::to_string(random.Below(24)) + " * * *";
    rule.cron = Cron::Parse(rule.run_at);
    rule.runs = runs / count + (place < runs % count ? 1 : 0);
    const bool backup = families.empty() || place % kBackupEvery == kBackupEvery - 1;
    rule.family = backup ? nullptr : families[place % families.size()];
    rule.operation = backup ? kBackup : kSynchronization;
  }
  return rules;
}

}  // namespace cckm::simulator
