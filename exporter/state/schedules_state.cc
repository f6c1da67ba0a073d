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

const FamilyCover::Unit* FindUnit(const FamilyCover& cover, std::string_view name) {
  const auto found = cover.by_unit.find(name);
  return found == cover.by_unit.end() ? nullptr : &found->second;
}

}  // namespace

bool SchedulesNameDomains(const Family& family) {
  return std::ranges::count(kFamiliesOfNamedDomains, family.name) != 0;
}

// Many domains may share a name, and none shares an ID: what names a domain by its ID is looked
// for among what names it by its name.
DomainCover CoverOf(const FamilyCover& cover, std::string_view id, std::string_view name) {
  DomainCover found{.schedules = static_cast<std::uint32_t>(cover.all.schedules.size()),
                    .shortest_interval = cover.all.shortest_interval};
  const FamilyCover::Unit* by_id = FindUnit(cover, id);
  const FamilyCover::Unit* by_name = FindUnit(cover, name);
  for (const FamilyCover::Unit* unit : {by_id, by_name}) {
    if (unit == nullptr) continue;
    found.schedules += static_cast<std::uint32_t>(unit->schedules.size());
    found.shortest_interval = Shorter(found.shortest_interval, unit->shortest_interval);
  }
  if (by_id == nullptr || by_name == nullptr) return found;
  for (const std::uint32_t schedule : by_id->schedules) {
    if (std::ranges::binary_search(by_name->schedules, schedule)) --found.schedules;
  }
  return found;
}

}  // namespace cckm
