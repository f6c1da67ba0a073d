#include "tests/simulator/control.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "tests/simulator/api_error.h"
#include "tests/simulator/control_cluster.h"
#include "tests/simulator/refusal.h"
#include "tests/simulator/render.h"
#include "tests/simulator/values.h"

namespace cckm::simulator {
namespace {

constexpr std::string_view kRefreshPrefix = "/simulator/refresh/";
constexpr std::string_view kSchedulePath = "/simulator/schedule";
constexpr std::string_view kSchedulePrefix = "/simulator/schedule/";
constexpr std::string_view kNodePrefix = "/simulator/node/";
constexpr std::string_view kFinishSuffix = "/finish";

struct NamedEnding {
  std::string_view name;
  Ending ending;
};
constexpr std::array<NamedEnding, 5> kEndings = {
    {{"completed", Ending::kCompleted},
     {"failed", Ending::kFailed},
     {"partial", Ending::kPartial},
     {"partially_completed", Ending::kPartiallyCompleted},
     {"cancelled", Ending::kCancelled}}};

bool IsPlainId(std::string_view id) {
  return !id.empty() && id.size() <= 128 && std::ranges::all_of(id, [](char character) {
    return std::isalnum(static_cast<unsigned char>(character)) != 0 ||
           std::string_view("._:-").find(character) != std::string_view::npos;
  });
}

Response Done() { return {200, "{}", {}}; }

Response Answer(const Family& family, const tl::expected<RefreshPtr, Refusal>& result,
                TimePoint now) {
  if (!result) return AnswerRefusal(result.error());
  return {200, RenderRefresh(family, **result, now, Freshness::kReadBack, false), {}};
}

Response SetFault(Appliance& appliance, const Query& query, TimePoint now) {
  if (query.Find("status") == "off") {
    appliance.faults.Clear();
    return Done();
  }
  auto rule = ParseFaultRule(query, FaultSource::kControl);
  if (!rule) return InvalidValue(rule.error());
  appliance.faults.Add(*std::move(rule), now);
  return Done();
}

Response SetLatency(Appliance& appliance, const Query& query, TimePoint) {
  const auto latency = ParseDuration(query.Find("value").value_or(""));
  if (!latency || *latency > kMaxLatency) return InvalidValue("value: at most 60s");
  appliance.latency = *latency;
  return Done();
}

Response SetAutoRestart(Appliance& appliance, const Query& query, TimePoint now) {
  const auto value = query.Find("value").value_or("");
  if (value != "on" && value != "off") return InvalidValue("value: on or off");
  for (std::size_t index = 0; index < appliance.tenancies.size(); ++index) {
    appliance.tenancies.At(index).world.SetAutoRestart(value == "on", now);
  }
  return Done();
}

struct Route {
  std::string_view path;
  std::string_view method;
  Response (*answer)(Appliance& appliance, const Query& query, TimePoint now);
};

using A = Appliance;
using Q = const Query&;
using T = TimePoint;

// clang-format off
constexpr std::array<Route, 10> kRoutes = {{
    {"/simulator/fault", "POST", SetFault},
    {"/simulator/latency", "POST", SetLatency},
    {"/simulator/auto-restart", "POST", SetAutoRestart},
    {"/simulator/tokens/expire", "POST",
     [](A& a, Q, T) { a.tokens.ExpireAll(); return Done(); }},
    {"/simulator/logins/username", "POST",
     [](A& a, Q q, T) { a.accounts.SetUsername(q.Find("value").value_or("")); return Done(); }},
    {"/simulator/logins/password", "POST",
     [](A& a, Q q, T) { a.accounts.SetPassword(q.Find("value").value_or("")); return Done(); }},
    {"/simulator/logins/unlock", "POST",
     [](A& a, Q, T) { a.accounts.Unlock(); return Done(); }},
    {"/simulator/journal", "GET", [](A& a, Q, T) { return Response{200, a.journal.Render(), {}}; }},
    {"/simulator/journal/clear", "POST",
     [](A& a, Q, T) { a.journal.Clear(); a.nodes.ClearCounts(); return Done(); }},
    {"/simulator/nodes", "GET", [](A& a, Q, T) { return Response{200, a.nodes.Render(), {}}; }},
}};
// clang-format on

}  // namespace

Response Control::Handle(const Request& request, TimePoint now) {
  const Query query(request.query);
  const auto* const route = std::ranges::find(kRoutes, request.path, &Route::path);
  if (route != kRoutes.end()) {
    if (request.method != route->method) return MethodNotAllowed(route->method);
    return route->answer(appliance_, query, now);
  }
  if (request.method != "POST") return MethodNotAllowed("POST");
  if (request.path.starts_with(kNodePrefix)) {
    return ChangeNode(appliance_.nodes, request.path.substr(kNodePrefix.size()), query);
  }
  Tenancy* const tenancy = appliance_.tenancies.Named(query.Find("tenancy").value_or(""));
  if (tenancy == nullptr) return NotFound();
  if (request.path == kSchedulePath) return AddSchedule(*tenancy, query, now);
  if (request.path.starts_with(kSchedulePrefix)) {
    return ChangeSchedule(*tenancy, request.path.substr(kSchedulePrefix.size()), query, now);
  }
  if (!request.path.starts_with(kRefreshPrefix)) return NotFound();
  return Refresh(tenancy->world, request.path.substr(kRefreshPrefix.size()), query, now);
}

Response Control::Refresh(World& world, std::string_view rest, const Query& query, TimePoint now) {
  const std::size_t slash = rest.find('/');
  const Family* const family = FindFamily(rest.substr(0, slash));
  if (family == nullptr || !world.Offers(*family)) return NotFound();
  if (slash == std::string_view::npos) return Start(world, *family, query, now);
  std::string_view id = rest.substr(slash + 1);
  if (!id.ends_with(kFinishSuffix)) return NotFound();
  id.remove_suffix(kFinishSuffix.size());
  return Finish(world, *family, id, query, now);
}

Response Control::Start(World& world, const Family& family, const Query& query, TimePoint now) {
  Selection selection;
  selection.ids = SplitAtCommas(query.Find("domains").value_or(""));
  selection.everything = selection.ids.empty();
  const std::string id(query.Find("id").value_or(""));
  const bool plain = (id.empty() || IsPlainId(id)) && std::ranges::all_of(selection.ids, IsPlainId);
  if (!plain) return InvalidValue("an id is up to 128 letters, digits, or any of . _ : -");
  return Answer(family, world.StartScripted(family, selection, id, now), now);
}

Response Control::Finish(World& world, const Family& family, std::string_view id,
                         const Query& query, TimePoint now) {
  const auto* const ending =
      std::ranges::find(kEndings, query.Find("as").value_or(""), &NamedEnding::name);
  if (ending == kEndings.end()) {
    return InvalidValue("as: completed, failed, partial, partially_completed or cancelled");
  }
  return Answer(family, world.Finish(family, id, ending->ending, now), now);
}

}  // namespace cckm::simulator
