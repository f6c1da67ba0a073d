#include "tests/simulator/render.h"

#include <algorithm>
#include <array>

#include "tests/simulator/json_parts.h"

namespace cckm::simulator {
namespace {

using Json = OrderedJson;

// No failure text is public; these are the simulator's own.
constexpr std::array<std::string_view, 4> kFailureTexts = {
    "connection to the key source timed out",
    "access denied by the key source",
    "key \"backup\\2021\" could not be read",
    "the key source answered with status 503, try again later",
};

std::string UnitText(const Family& family, const UnitRun& run, UnitState state) {
  switch (state) {
    case UnitState::kRunning:
      return "in_progress";
    case UnitState::kSucceeded:
      return std::string(family.unit_noun) + " synchronized successfully";
    case UnitState::kCancelled:
      return "synchronization was canceled";
    case UnitState::kFailed:
      break;
  }
  return std::string(kFailureTexts[run.unit->number % kFailureTexts.size()]);
}

void AddDetails(Json& job, const Family& family, const Refresh& refresh, TimePoint now) {
  Json details = Json::object();
  bool any_ended = IsFinished(refresh, now);
  for (const UnitRun& run : refresh.runs) {
    const UnitState state = StateOf(run, refresh, now);
    any_ended = any_ended || state != UnitState::kRunning;
    // Not operator[]: it would search all earlier keys of the ordered object, unit for unit.
    details.get_ref<Json::object_t&>().push_back({run.unit->key, UnitText(family, run, state)});
  }
  if (family.payload_shape == PayloadShape::kExternalCm && !any_ended) return;
  job["detailed_status"] = std::move(details);
}

// The values of one member of the units, each once, in the units' order.
Json Collect(const Refresh& refresh, std::string Unit::*member) {
  std::vector<std::string_view> seen;
  Json values = Json::array();
  for (const UnitRun& run : refresh.runs) {
    const std::string& value = (*run.unit).*member;
    const auto place = std::ranges::lower_bound(seen, value);
    if (place != seen.end() && *place == value) continue;
    seen.insert(place, value);
    values.push_back(value);
  }
  return values;
}

Json JobJson(const Family& family, const Refresh& refresh, TimePoint now, Precision precision) {
  Json job = {{"id", refresh.id},
              {"uri", "kylo:kylo:cckm:synchronize:" + refresh.id},
              {"account", kAccount},
              {"application", kApplication},
              {"devAccount", kDevAccount},
              {"createdAt", FormatTimestamp(refresh.created_at, precision)},
              {"updatedAt", FormatTimestamp(UpdatedAt(refresh, now), precision)}};
  if (IsFinished(refresh, now)) job["completed_at"] = FormatTimestamp(refresh.ends_at, precision);
  job["overall_status"] = OverallStatus(family, refresh, now);
  AddDetails(job, family, refresh, now);
  job["cloud"] = family.cloud;
  job[std::string(family.unit_field)] = Collect(refresh, &Unit::id);
  if (!family.region_field.empty()) {
    job[std::string(family.region_field)] = Collect(refresh, &Unit::region);
  }
  job["abort"] = IsAborted(refresh, now);
  return job;
}

Precision PrecisionOf(const Family& family, Freshness freshness) {
  const bool fine =
      family.payload_shape == PayloadShape::kExternalCm || freshness == Freshness::kJustCreated;
  return fine ? Precision::kNanoseconds : Precision::kMicroseconds;
}

Json ResourceJson(std::string_view kind, const Unit& unit) {
  return {{"id", unit.id},
          {"uri", "kylo:kylo:cckm:" + std::string(kind) + ':' + unit.id},
          {"account", kAccount},
          {"createdAt", FormatTimestamp(unit.created_at, Precision::kMicroseconds)},
          {"updatedAt", kUnsetTimestamp}};
}

Json UnitJson(UnitListShape shape, const Unit& unit) {
  if (shape == UnitListShape::kDsmDomains) {
    Json domain = ResourceJson("domain", unit);
    domain["dsm_params"] = {{"id", unit.number},
                            {"url", "/v1/domains/" + std::to_string(unit.number)},
                            {"name", unit.name},
                            {"adminType", "ALL_ADMIN"},
                            {"kmipEnabled", false}};
    return domain;
  }
  if (shape == UnitListShape::kExternalCmDomains) {
    Json domain = ResourceJson("external-cm-domain", unit);
    domain["connection"] = unit.connection;
    domain["cm_domain"] = {{"domain_id", unit.foreign_id}, {"name", unit.name}};
    return domain;
  }
  Json partition = ResourceJson("hsm-luna-partition", unit);
  partition["connection"] = unit.connection;
  partition["name"] = unit.name;
  return partition;
}

}  // namespace

std::string_view OverallStatus(const Family& family, const Refresh& refresh, TimePoint now) {
  if (!IsFinished(refresh, now)) {
    return family.payload_shape == PayloadShape::kExternalCm ? "in progress" : "in_progress";
  }
  if (refresh.ending == Ending::kFailed) return family.failed_word;
  if (refresh.ending == Ending::kPartiallyCompleted) return "partially_completed";
  return "completed";
}

std::string RenderRefresh(const Family& family, const Refresh& refresh, TimePoint now,
                          Freshness freshness, bool wrapped) {
  Json job = JobJson(family, refresh, now, PrecisionOf(family, freshness));
  if (!wrapped) return Dump(job);
  Json wrapper = Json::object();
  wrapper["application/json"] = std::move(job);
  return Dump(wrapper);
}

std::string RenderRefreshList(const Family& family, const Envelope& envelope,
                              const std::vector<RefreshPtr>& page, TimePoint now) {
  Json list = EnvelopeJson(envelope);
  const Precision precision = PrecisionOf(family, Freshness::kReadBack);
  for (const RefreshPtr& refresh : page) {
    list["resources"].push_back(JobJson(family, *refresh, now, precision));
  }
  return Dump(list);
}

std::string RenderUnitList(const Family& family, const Envelope& envelope,
                           const std::vector<UnitPtr>& page) {
  Json list = EnvelopeJson(envelope);
  for (const UnitPtr& unit : page) {
    list["resources"].push_back(UnitJson(family.unit_list_shape, *unit));
  }
  return Dump(list);
}

}  // namespace cckm::simulator
