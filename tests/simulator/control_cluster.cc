#include "tests/simulator/control_cluster.h"

#include <algorithm>
#include <array>
#include <optional>

#include "tests/simulator/api_error.h"
#include "tests/simulator/refusal.h"
#include "tests/simulator/render_schedule.h"
#include "tests/simulator/values.h"

namespace cckm::simulator {
namespace {

Response AnswerSchedule(const SchedulePtr& schedule) {
  return schedule ? Response{200, RenderSchedule(*schedule), {}} : NotFound();
}

Response Miss(Scheduler& scheduler, std::string_view key, const Query& query) {
  const std::string_view runs = query.Find("runs").value_or("");
  const auto count = runs == "off" ? 0 : ParseMissed(runs);
  if (!count) return InvalidValue("runs: a number, all or off");
  return AnswerSchedule(scheduler.Miss(key, *count));
}

struct Change {
  std::string_view name;
  Response (*make)(Scheduler& scheduler, std::string_view key, const Query& query, TimePoint now);
};

using S = Scheduler;
using K = std::string_view;
using Q = const Query&;
using T = TimePoint;

// clang-format off
constexpr std::array<Change, 5> kChanges = {{
    {"disable", [](S& s, K key, Q, T now) { return AnswerSchedule(s.SetDisabled(key, true, now)); }},
    {"enable", [](S& s, K key, Q, T now) { return AnswerSchedule(s.SetDisabled(key, false, now)); }},
    {"miss", [](S& s, K key, Q query, T) { return Miss(s, key, query); }},
    {"run", [](S& s, K key, Q, T now) { return AnswerSchedule(s.RunNow(key, now)); }},
    {"remove", [](S& s, K key, Q, T) { return AnswerSchedule(s.Remove(key)); }},
}};
// clang-format on

struct Asked {
  NodeState state;
  int status = 0;
};

std::optional<Asked> ParseState(std::string_view text) {
  if (text == "up") return Asked{NodeState::kUp};
  if (text == "hang") return Asked{NodeState::kHang};
  if (text == "refuse") return Asked{NodeState::kRefuse};
  const auto status = ParseNumber(text, 599);
  if (!status || *status < 500) return std::nullopt;
  return Asked{NodeState::kFailing, static_cast<int>(*status)};
}

}  // namespace

Response AddSchedule(Tenancy& tenancy, const Query& query, TimePoint now) {
  const auto rule = ParseScheduleRule(query);
  if (!rule) return InvalidValue(rule.error());
  const auto added = tenancy.scheduler.Add(*rule, now);
  return added ? AnswerSchedule(*added) : AnswerRefusal(added.error());
}

Response ChangeSchedule(Tenancy& tenancy, std::string_view rest, const Query& query,
                        TimePoint now) {
  const std::size_t slash = rest.rfind('/');
  if (slash == std::string_view::npos) return NotFound();
  const auto* const change = std::ranges::find(kChanges, rest.substr(slash + 1), &Change::name);
  if (change == kChanges.end()) return NotFound();
  return change->make(tenancy.scheduler, rest.substr(0, slash), query, now);
}

Response ChangeNode(Nodes& nodes, std::string_view rest, const Query& query) {
  const auto number = ParseNumber(rest, nodes.size());
  if (!number || *number == 0) return NotFound();
  const std::size_t node = *number - 1;
  const auto state_text = query.Find("state");
  const auto lag_text = query.Find("lag");
  const auto state = ParseState(state_text.value_or("up"));
  const auto lag = ParseDuration(lag_text.value_or("0s"));
  if (!state) return InvalidValue("state: up, hang, refuse, or a status of 500 to 599");
  if (!lag) return InvalidValue("lag: a time such as 30s");
  if (state->state == NodeState::kRefuse && !nodes.AnotherListens(node)) {
    return Conflict("No node would be left to be asked to come back.");
  }
  if (state_text) nodes.SetState(node, state->state, state->status);
  if (lag_text) nodes.SetLag(node, *lag);
  return {200, nodes.Render(), {}};
}

}  // namespace cckm::simulator
