#include "collectors/decode/schedule_reader.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/base/rfc3339.h"
#include "collectors/base/text.h"
#include "collectors/decode/classify.h"
#include "collectors/decode/json_reader.h"

namespace cckm {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kSynchronization = "cckm_synchronization";
constexpr std::string_view kCreatedAt = "createdAt";
constexpr std::string_view kUpdatedAt = "updatedAt";
// Members of job_config_params that list units: names or IDs of what is refreshed.
constexpr std::array<std::string_view, 8> kUnitMembers = {
    "kms",           "oci_vaults", "domains",   "partitions",
    "organizations", "key_vaults", "key_rings", "groups"};

// Unset where the entry tells nothing.
ParsedTime ReadTime(dom::object entry, std::string_view name) {
  const auto member = Member(entry, name);
  if (!member || member->is_null()) return {.kind = ParsedTime::Kind::kUnset};
  const std::optional<std::string_view> text = AsString(*member);
  if (text && text->empty()) return {.kind = ParsedTime::Kind::kUnset};
  return text ? ParseRfc3339(*text) : ParsedTime{};
}

// The same of a time that may lie ahead: one past the range of WallTime is its end.
ParsedTime ReadPlannedTime(dom::object entry, std::string_view name) {
  constexpr std::string_view kLastYear = "2261";
  constexpr std::string_view kLeapYear = "2260";  // for any date of a year that cannot be read
  std::string text(StringMember(entry, name).value_or(""));
  const bool is_past_range = text.substr(0, kLastYear.size()) > kLastYear;
  if (!is_past_range) return ReadTime(entry, name);
  text.replace(0, kLeapYear.size(), kLeapYear);
  ParsedTime time = ParseRfc3339(text);
  if (time.kind == ParsedTime::Kind::kTime) time.time = WallTime::max();
  return time;
}

ParsedTime ReadPastTime(dom::object entry, std::string_view name,
                        std::optional<WallTime> latest_time) {
  const ParsedTime time = ReadTime(entry, name);
  const bool is_ahead = latest_time && time.time > *latest_time;
  return time.kind == ParsedTime::Kind::kTime && is_ahead ? ParsedTime{} : time;
}

std::optional<WallTime> TimeOf(const ParsedTime& time) {
  return time.kind == ParsedTime::Kind::kTime ? std::optional(time.time) : std::nullopt;
}

void ReadTimes(dom::object entry, std::optional<WallTime> latest_time, RefreshSchedule& schedule) {
  const auto take = [&schedule](std::string_view name, const ParsedTime& time) {
    if (time.kind == ParsedTime::Kind::kUnreadable) schedule.unreadable_times.push_back(name);
    return TimeOf(time);
  };
  const auto planned = [&](std::string_view name) {
    return take(name, ReadPlannedTime(entry, name));
  };
  const auto past = [&](std::string_view name) {
    return take(name, ReadPastTime(entry, name, latest_time));
  };
  schedule.starts_at = planned(RefreshSchedule::kStartDate);
  schedule.ends_at = planned(RefreshSchedule::kEndDate);
  schedule.created_at = past(kCreatedAt);
  schedule.updated_at = past(kUpdatedAt);
}

// A boolean or its text; anything else is false.
bool ReadFlag(dom::object object, std::string_view name) {
  const auto member = Member(object, name);
  bool flag = false;
  if (!member) return false;
  if (member->get(flag) == simdjson::SUCCESS) return flag;
  return EqualsWithoutCase(Trim(AsString(*member).value_or("")), "true");
}

void AddUnit(std::string_view text, const Shortener& shortener, std::vector<std::string>& units) {
  const std::string_view unit = Trim(text);
  if (unit.empty() || units.size() >= kMaxScheduleUnits) return;
  units.push_back(shortener.Name(unit));
}

// Units in a text, with commas between them.
void AddUnitsOfText(std::string_view text, const Shortener& shortener,
                    std::vector<std::string>& units) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    AddUnit(text.substr(begin, end - begin), shortener, units);
    begin = end + 1;
  }
}

void AddUnits(dom::element value, const Shortener& shortener, std::vector<std::string>& units) {
  if (const auto text = AsString(value)) {
    AddUnitsOfText(*text, shortener, units);
    return;
  }
  dom::array array;
  if (value.get(array) != simdjson::SUCCESS) return;
  for (const dom::element unit : array) AddUnit(AsString(unit).value_or(""), shortener, units);
}

void ReadParameters(dom::object entry, const Shortener& shortener, RefreshSchedule& schedule) {
  const auto member = Member(entry, "job_config_params");
  const auto parameters = member ? AsObject(*member) : std::nullopt;
  if (!parameters) return;
  schedule.family = FamilyOfCloud(StringMember(*parameters, "cloud_name").value_or(""));
  schedule.covers_all = ReadFlag(*parameters, "synchronize_all");
  for (const std::string_view name : kUnitMembers) {
    const auto units = Member(*parameters, name);
    if (units) AddUnits(*units, shortener, schedule.units);
  }
  std::ranges::sort(schedule.units);
  const auto doubled = std::unique(schedule.units.begin(), schedule.units.end());
  schedule.units.erase(doubled, schedule.units.end());
}

std::string ReadName(dom::object entry, std::string_view name, const Shortener& shortener) {
  return shortener.Name(StringMember(entry, name).value_or(""));
}

}  // namespace

bool IsSynchronization(dom::object entry, bool if_untold) {
  const auto operation = StringMember(entry, "operation");
  return operation ? IsSpelledAs(*operation, kSynchronization) : if_untold;
}

std::optional<WallTime> ReadCreation(dom::object entry, std::optional<WallTime> latest_time) {
  return TimeOf(ReadPastTime(entry, kCreatedAt, latest_time));
}

Result<RefreshSchedule> ReadSchedule(dom::object entry, const Shortener& shortener,
                                     std::optional<WallTime> latest_time) {
  RefreshSchedule schedule;
  schedule.id = ReadName(entry, "id", shortener);
  if (schedule.id.empty()) return Fail(ErrorKind::kSchema, "id is missing or not a string");
  schedule.name = ReadName(entry, "name", shortener);
  schedule.run_at = ReadName(entry, "run_at", shortener);
  schedule.is_disabled = ReadFlag(entry, "disabled");
  ReadTimes(entry, latest_time, schedule);
  ReadParameters(entry, shortener, schedule);
  return schedule;
}

Result<ScheduleRun> ReadScheduleRun(dom::object entry, const Shortener& shortener,
                                    std::optional<WallTime> latest_time) {
  ScheduleRun run;
  run.id = ReadName(entry, "id", shortener);
  run.schedule_id = ReadName(entry, "job_config_id", shortener);
  run.schedule_name = ReadName(entry, "name", shortener);
  if (run.schedule_id.empty() && run.schedule_name.empty()) {
    return Fail(ErrorKind::kSchema, "neither job_config_id nor name tells the schedule of a run");
  }
  run.status = ReadRunStatus(StringMember(entry, "status").value_or(""));
  run.created_at = ReadCreation(entry, latest_time);
  run.has_unreadable_creation = ReadTime(entry, kCreatedAt).kind == ParsedTime::Kind::kUnreadable;
  return run;
}

}  // namespace cckm
