#include "exporter/state/schedules_state.h"

#include <algorithm>
#include <array>

namespace cckm {
namespace {

constexpr std::array<std::string_view, 2> kFamiliesOfNamedDomains = {"dsm", "hsm-luna"};

std::optional<Nanoseconds> Shorter(const std::optional<Nanoseconds>& a,
                                   const std::optional<Nanoseconds>& b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

// As texts of labels, each once.
std::vector<std::string> LabelledUnits(const std::vector<std::string>& units) {
  std::vector<std::string> labelled;
  labelled.reserve(units.size());
  for (const std::string& unit : units) labelled.emplace_back(LabelValue(unit).text());
  std::ranges::sort(labelled);
  labelled.erase(std::unique(labelled.begin(), labelled.end()), labelled.end());
  return labelled;
}

using Intervals = std::vector<std::optional<Nanoseconds>>;  // of schedules, by place

void CountEnabled(const std::vector<bool>& is_enabled, const Intervals& intervals,
                  FamilyCover::Unit& unit) {
  unit.enabled = 0;
  unit.shortest_interval.reset();
  for (const std::uint32_t place : unit.schedules) {
    if (!is_enabled[place]) continue;
    ++unit.enabled;
    unit.shortest_interval = Shorter(unit.shortest_interval, intervals[place]);
  }
}

const FamilyCover::Unit* FindUnit(const FamilyCover& cover, std::string_view name) {
  const auto found = cover.by_unit.find(name);
  return found == cover.by_unit.end() ? nullptr : &found->second;
}

}  // namespace

bool SchedulesNameDomains(const Family& family) {
  return std::ranges::count(kFamiliesOfNamedDomains, family.name) != 0;
}

ScheduleCover TakeCover(KeyedStore<ScheduleState>& schedules) {
  ScheduleCover cover;
  std::uint32_t place = 0;
  for (const ScheduleState& schedule : schedules) {
    const auto units = std::exchange(schedules.Change(schedule).plan.units, {});
    if (schedule.plan.family != nullptr) {
      FamilyCover& family = cover[schedule.plan.family];
      if (schedule.plan.covers_all) {
        family.all.schedules.push_back(place);
      } else {
        for (std::string& unit : LabelledUnits(units)) {
          family.by_unit[std::move(unit)].schedules.push_back(place);
        }
      }
    }
    ++place;
  }
  CountEnabled(schedules, cover);
  return cover;
}

void CountEnabled(const KeyedStore<ScheduleState>& schedules, ScheduleCover& cover) {
  std::vector<bool> is_enabled;
  Intervals intervals;
  for (const ScheduleState& schedule : schedules) {
    is_enabled.push_back(schedule.is_enabled);
    intervals.push_back(schedule.interval);
  }
  for (auto& [family, of_family] : cover) {
    CountEnabled(is_enabled, intervals, of_family.all);
    for (auto& [name, unit] : of_family.by_unit) CountEnabled(is_enabled, intervals, unit);
    of_family.is_enabled = is_enabled;
  }
}

// Many domains may share a name, and none shares an ID: what names a domain by its ID is looked
// for among what names it by its name.
DomainCover CoverOf(const FamilyCover& cover, std::string_view id, std::string_view name) {
  DomainCover found{.schedules = cover.all.enabled,
                    .shortest_interval = cover.all.shortest_interval};
  const FamilyCover::Unit* by_id = FindUnit(cover, id);
  const FamilyCover::Unit* by_name = FindUnit(cover, name);
  for (const FamilyCover::Unit* unit : {by_id, by_name}) {
    if (unit == nullptr) continue;
    found.schedules += unit->enabled;
    found.shortest_interval = Shorter(found.shortest_interval, unit->shortest_interval);
  }
  if (by_id == nullptr || by_name == nullptr) return found;
  for (const std::uint32_t schedule : by_id->schedules) {
    if (!cover.is_enabled[schedule]) continue;
    if (std::ranges::binary_search(by_name->schedules, schedule)) --found.schedules;
  }
  return found;
}

}  // namespace cckm
