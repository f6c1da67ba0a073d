#include "tests/simulator/api.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "tests/simulator/api_error.h"
#include "tests/simulator/fault_answer.h"
#include "tests/simulator/list_query.h"
#include "tests/simulator/login.h"
#include "tests/simulator/refusal.h"

namespace cckm::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

Json ParseObject(std::string_view body) {
  Json json = Json::parse(body, nullptr, false);
  return json.is_object() ? json : Json();
}

// Nothing where the member is there and no array of strings.
std::optional<std::vector<std::string>> TextsOf(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::vector<std::string>();
  if (!found->is_array()) return std::nullopt;
  const bool texts =
      std::ranges::all_of(*found, [](const Json& entry) { return entry.is_string(); });
  if (!texts) return std::nullopt;
  return found->get<std::vector<std::string>>();
}

// Nothing unless it is exactly one of the units' ids and synchronize_all: true.
std::optional<Selection> ParseSelection(const Family& family, const Json& body) {
  auto ids = TextsOf(body, family.unit_field);
  auto regions =
      family.region_field.empty() ? std::vector<std::string>() : TextsOf(body, family.region_field);
  const auto all = body.find("synchronize_all");
  const bool everything = all != body.end() && *all == true;
  if (!ids || !regions || ids->empty() != everything) return std::nullopt;
  return Selection{everything, *std::move(ids), *std::move(regions)};
}

}  // namespace

Api::Api(const ApiSettings& settings, Appliance& appliance)
    : settings_(settings), appliance_(appliance), control_(appliance) {}

Response Api::Serve(const Request& request, const Wait& wait, const WallClock& clock) {
  if (IsControl(request)) return Handle(request, clock());
  const bool login = request.method == "POST" && IsLoginPath(request.path);
  const auto visit = appliance_.journal.Enter(login, request.first_of_connection);
  appliance_.nodes.NoteRequest(request.node, login);
  Linger(request, wait);
  wait(appliance_.latency.load());
  Response response = Handle(request, clock());
  wait(response.delay);
  return response;
}

Response Api::Handle(const Request& request, TimePoint now) {
  appliance_.tenancies.Advance(now);
  if (IsControl(request)) return control_.Handle(request, now);
  if (!request.path.starts_with("/api/")) return NotFound();
  const auto broken = AnswerBrokenNode(request);
  const auto fault = broken ? std::nullopt : appliance_.faults.Next(request.path, now);
  Response response = broken  ? *broken
                      : fault ? Suffer(*fault, request, now)
                              : Dispatch(request, now);
  appliance_.journal.NoteAnswer(response.delivery == Delivery::kNone ? 0 : response.status);
  return response;
}

bool Api::IsControl(const Request& request) const {
  return settings_.control && request.path.starts_with("/simulator/");
}

// As long as the node hangs.
void Api::Linger(const Request& request, const Wait& wait) const {
  constexpr std::chrono::milliseconds kPause(50);
  // Ten minutes, or at once where the server stops and nothing waits any more.
  for (int pauses = 0; pauses < 12'000; ++pauses) {
    if (appliance_.nodes.ConditionOf(request.node).state != NodeState::kHang) return;
    wait(kPause);
  }
}

std::optional<Response> Api::AnswerBrokenNode(const Request& request) const {
  const NodeCondition condition = appliance_.nodes.ConditionOf(request.node);
  if (condition.state == NodeState::kUp) return std::nullopt;
  if (condition.state == NodeState::kFailing) return Fault(condition.status);
  return Response{.delivery = Delivery::kNone};
}

Response Api::Suffer(const FaultRule& rule, const Request& request, TimePoint now) {
  appliance_.journal.NoteFault();
  return IsServed(rule) ? SpoilAnswer(rule, Dispatch(request, now)) : AnswerFault(rule);
}

Response Api::Dispatch(const Request& request, TimePoint now) {
  if (IsLoginPath(request.path)) {
    return request.method == "POST" ? AnswerLogin(request, now) : MethodNotAllowed("POST");
  }
  std::size_t tenancy = 0;
  if (settings_.authentication) {
    const auto checked = appliance_.tokens.Check(request.authorization, now, request.node);
    if (!checked) {
      if (checked.error().expired) appliance_.journal.NoteExpiredToken();
      return Unauthorized(checked.error().message, NextRequestId());
    }
    tenancy = *checked;
  }
  const TimePoint seen = appliance_.nodes.SeenBy(request.node, now);
  return Route({appliance_.tenancies.At(tenancy), request, now, seen});
}

Response Api::AnswerLogin(const Request& request, TimePoint now) {
  const auto body = LogIn(appliance_, request, now);
  if (body) return {200, *body, {}};
  switch (body.error().kind) {
    case LoginError::Kind::kBadRequest:
      return BadRequest(body.error().message);
    case LoginError::Kind::kInvalidValue:
      return InvalidValue(body.error().message);
    case LoginError::Kind::kUnauthorized:
      break;
  }
  return Unauthorized(body.error().message, NextRequestId());
}

Response Api::Route(const Call& call) {
  const Request& request = call.request;
  if (IsSchedulerPath(request.path)) {
    return AnswerScheduler(settings_.scheduler, call.tenancy.scheduler, request, call.seen);
  }
  for (const Family& family : AllFamilies()) {
    if (!call.tenancy.world.Offers(family)) continue;
    if (request.path == family.unit_list_path) {
      return request.method == "GET" ? ListUnits(family, call) : MethodNotAllowed("GET");
    }
    if (!request.path.starts_with(family.base_path)) continue;
    const std::string_view rest = request.path.substr(family.base_path.size());
    if (rest.empty()) return Jobs(family, call);
    if (rest.front() == '/') return Job(family, rest.substr(1), call);
  }
  return NotFound();
}

Response Api::Jobs(const Family& family, const Call& call) {
  if (call.request.method == "GET") return List(family, call);
  if (call.request.method == "POST") return Start(family, call);
  return MethodNotAllowed("GET, POST");
}

Response Api::Job(const Family& family, std::string_view rest, const Call& call) {
  const std::size_t slash = rest.find('/');
  const std::string_view id = rest.substr(0, slash);
  World& world = call.tenancy.world;
  if (slash != std::string_view::npos) {
    if (rest.substr(slash) != "/cancel") return NotFound();
    if (call.request.method != "POST") return MethodNotAllowed("POST");
    const auto result = world.Cancel(family, id, call.now);
    if (!result) return AnswerRefusal(result.error());
    return {200, RenderRefresh(family, **result, call.now, Freshness::kReadBack, false), {}};
  }
  if (call.request.method != "GET") return MethodNotAllowed("GET");
  const RefreshPtr refresh = world.Find(family, id);
  if (!refresh || call.Hides(*refresh)) return NotFound();
  const bool wrapped =
      settings_.external_cm_wrapper && family.payload_shape == PayloadShape::kExternalCm;
  return {200, RenderRefresh(family, *refresh, call.seen, Freshness::kReadBack, wrapped), {}};
}

Response Api::Start(const Family& family, const Call& call) {
  const Json json = ParseObject(call.request.body);
  if (json.is_null()) return BadRequest("The body is not a JSON object.");
  const auto selection = ParseSelection(family, json);
  if (!selection) {
    return InvalidValue(std::string(family.unit_field) +
                        " (an array of IDs) or synchronize_all: true, exactly one of the two");
  }
  const auto result = call.tenancy.world.Start(family, *selection, call.now);
  if (!result) return AnswerRefusal(result.error());
  return {201, RenderRefresh(family, **result, call.now, Freshness::kJustCreated, false), {}};
}

Response Api::List(const Family& family, const Call& call) {
  auto list = ParseListQuery(family, call.request.query);
  if (!list) return InvalidValue(list.error());
  Envelope& envelope = list->envelope;
  const World& world = call.tenancy.world;
  if (!list->Filters() && !list->newest_first && call.seen == call.now) {
    envelope.total = world.Count(family);
    const auto page = world.List(family, envelope.skip, PageSize(envelope));
    return {200, RenderRefreshList(family, envelope, page, call.now), {}};
  }
  auto candidates = world.List(family, 0, list->id.empty() ? kAll : 0);
  if (const RefreshPtr named = world.Find(family, list->id)) candidates.push_back(named);
  std::erase_if(candidates, [&](const RefreshPtr& refresh) { return call.Hides(*refresh); });
  const auto passed = Filter(std::move(candidates), family, *list, call.seen);
  envelope.total = passed.size();
  return {200, RenderRefreshList(family, envelope, CutPage(passed, envelope), call.seen), {}};
}

Response Api::ListUnits(const Family& family, const Call& call) {
  auto list = ParseListQuery(family, call.request.query);
  if (!list) return InvalidValue(list.error());
  const auto units = call.tenancy.world.Units(family);
  list->envelope.total = units.size();
  return {200, RenderUnitList(family, list->envelope, CutPage(units, list->envelope)), {}};
}

std::string Api::NextRequestId() { return Random(settings_.seed, "request", refused_++).Uuid(); }

}  // namespace cckm::simulator
