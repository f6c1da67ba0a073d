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
    : settings_(settings), appliance_(appliance), world_(appliance.world), control_(appliance) {}

Response Api::Serve(const Request& request, const Wait& wait, const WallClock& clock) {
  if (IsControl(request)) return Handle(request, clock());
  const bool login = request.method == "POST" && IsLoginPath(request.path);
  const auto visit = appliance_.journal.Enter(login, request.first_of_connection);
  wait(appliance_.latency.load());
  Response response = Handle(request, clock());
  wait(response.delay);
  return response;
}

Response Api::Handle(const Request& request, TimePoint now) {
  world_.Advance(now);
  if (IsControl(request)) return control_.Handle(request, now);
  if (!request.path.starts_with("/api/")) return NotFound();
  const auto fault = appliance_.faults.Next(request.path, now);
  Response response = fault ? Suffer(*fault, request, now) : Dispatch(request, now);
  appliance_.journal.NoteAnswer(response.delivery == Delivery::kNone ? 0 : response.status);
  return response;
}

bool Api::IsControl(const Request& request) const {
  return settings_.control && request.path.starts_with("/simulator/");
}

Response Api::Suffer(const FaultRule& rule, const Request& request, TimePoint now) {
  appliance_.journal.NoteFault();
  return IsServed(rule) ? SpoilAnswer(rule, Dispatch(request, now)) : AnswerFault(rule);
}

Response Api::Dispatch(const Request& request, TimePoint now) {
  if (IsLoginPath(request.path)) {
    return request.method == "POST" ? AnswerLogin(request, now) : MethodNotAllowed("POST");
  }
  if (settings_.authentication) {
    const auto bad = appliance_.tokens.Refuse(request.authorization, now);
    if (bad && bad->expired) appliance_.journal.NoteExpiredToken();
    if (bad) return Unauthorized(bad->message, NextRequestId());
  }
  return Route(request, now);
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

Response Api::Route(const Request& request, TimePoint now) {
  for (const Family& family : AllFamilies()) {
    if (!world_.Offers(family)) continue;
    if (request.path == family.unit_list_path) {
      return request.method == "GET" ? ListUnits(family, request.query) : MethodNotAllowed("GET");
    }
    if (!request.path.starts_with(family.base_path)) continue;
    const std::string_view rest = request.path.substr(family.base_path.size());
    if (rest.empty()) return Jobs(family, request, now);
    if (rest.front() == '/') return Job(family, rest.substr(1), request, now);
  }
  return NotFound();
}

Response Api::Jobs(const Family& family, const Request& request, TimePoint now) {
  if (request.method == "GET") return List(family, request.query, now);
  if (request.method == "POST") return Start(family, request.body, now);
  return MethodNotAllowed("GET, POST");
}

Response Api::Job(const Family& family, std::string_view rest, const Request& request,
                  TimePoint now) {
  const std::size_t slash = rest.find('/');
  const std::string_view id = rest.substr(0, slash);
  if (slash != std::string_view::npos) {
    if (rest.substr(slash) != "/cancel") return NotFound();
    if (request.method != "POST") return MethodNotAllowed("POST");
    const auto result = world_.Cancel(family, id, now);
    if (!result) return AnswerRefusal(result.error());
    return {200, RenderRefresh(family, **result, now, Freshness::kReadBack, false), {}};
  }
  if (request.method != "GET") return MethodNotAllowed("GET");
  const RefreshPtr refresh = world_.Find(family, id);
  if (!refresh) return NotFound();
  const bool wrapped =
      settings_.external_cm_wrapper && family.payload_shape == PayloadShape::kExternalCm;
  return {200, RenderRefresh(family, *refresh, now, Freshness::kReadBack, wrapped), {}};
}

Response Api::Start(const Family& family, std::string_view body, TimePoint now) {
  const Json json = ParseObject(body);
  if (json.is_null()) return BadRequest("The body is not a JSON object.");
  const auto selection = ParseSelection(family, json);
  if (!selection) {
    return InvalidValue(std::string(family.unit_field) +
                        " (an array of IDs) or synchronize_all: true, exactly one of the two");
  }
  const auto result = world_.Start(family, *selection, now);
  if (!result) return AnswerRefusal(result.error());
  return {201, RenderRefresh(family, **result, now, Freshness::kJustCreated, false), {}};
}

Response Api::List(const Family& family, std::string_view query, TimePoint now) {
  auto list = ParseListQuery(family, query);
  if (!list) return InvalidValue(list.error());
  Envelope& envelope = list->envelope;
  if (!list->Filters() && !list->newest_first) {
    envelope.total = world_.Count(family);
    const auto page = world_.List(family, envelope.skip, PageSize(envelope));
    return {200, RenderRefreshList(family, envelope, page, now), {}};
  }
  auto candidates = world_.List(family, 0, list->id.empty() ? kAll : 0);
  if (const RefreshPtr named = world_.Find(family, list->id)) candidates.push_back(named);
  const auto passed = Filter(std::move(candidates), family, *list, now);
  envelope.total = passed.size();
  return {200, RenderRefreshList(family, envelope, CutPage(passed, envelope), now), {}};
}

Response Api::ListUnits(const Family& family, std::string_view query) {
  auto list = ParseListQuery(family, query);
  if (!list) return InvalidValue(list.error());
  const auto units = world_.Units(family);
  list->envelope.total = units.size();
  return {200, RenderUnitList(family, list->envelope, CutPage(units, list->envelope)), {}};
}

std::string Api::NextRequestId() { return Random(settings_.seed, "request", refused_++).Uuid(); }

}  // namespace cckm::simulator
