#include "tests/simulator/world.h"

#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>

namespace cckm::simulator {
namespace {

// A restart that is later than this (the host slept) is not made up for.
constexpr std::chrono::nanoseconds kMaxLateness = std::chrono::minutes(1);
constexpr std::size_t kMaxInitialShare = 3;

bool IsBusy(const FamilyWorld& world, const Unit& unit, TimePoint now) {
  const RefreshPtr newest = world.NewestOf(unit);
  return newest && !IsFinished(*newest, now);
}

// `count` units from the first-th on, beginning again behind the last.
std::vector<UnitPtr> Window(const std::vector<UnitPtr>& units, std::size_t first,
                            std::size_t count) {
  std::vector<UnitPtr> window;
  for (std::size_t place = 0; place < count; ++place) {
    window.push_back(units[(first + place) % units.size()]);
  }
  return window;
}

using TextSet = std::unordered_set<std::string_view>;

TextSet IdsOf(const std::vector<UnitPtr>& units) {
  TextSet ids;
  for (const UnitPtr& unit : units) ids.insert(unit->id);
  return ids;
}

bool NamesUnknown(const Selection& selection, const std::vector<UnitPtr>& units) {
  const TextSet known = IdsOf(units);
  return std::ranges::any_of(selection.ids,
                             [&](const std::string& id) { return !known.contains(id); });
}

// In the order of the units, none twice.
std::vector<UnitPtr> Chosen(const Selection& selection, const std::vector<UnitPtr>& units) {
  if (selection.everything) return units;
  const TextSet ids(selection.ids.begin(), selection.ids.end());
  const TextSet regions(selection.regions.begin(), selection.regions.end());
  std::vector<UnitPtr> chosen;
  for (const UnitPtr& unit : units) {
    const bool in_region = regions.empty() || regions.contains(unit->region);
    if (in_region && ids.contains(unit->id)) chosen.push_back(unit);
  }
  return chosen;
}

void AddMissingUnits(FamilyWorld& world, const Selection& selection, TimePoint now) {
  const TextSet known = IdsOf(world.units());
  const std::set<std::string> wanted(selection.ids.begin(), selection.ids.end());
  for (const std::string& id : wanted) {
    if (!known.contains(id)) world.AddUnit(MakeNamedUnit(id, now));
  }
}

}  // namespace

World::World(WorldSettings settings, TimePoint now)
    : settings_(std::move(settings)), auto_restart_(settings_.auto_restart) {
  families_.reserve(settings_.families.size());
  for (const Family* const family : settings_.families) {
    families_.emplace_back(*family, MakeUnits(*family, settings_.seed, settings_.domains, now),
                           std::max(settings_.history, settings_.refreshes));
    if (settings_.domains > 0) Populate(families_.back(), now);
  }
}

// The finished refreshes lie in the past one after the other; the running ones begin now and share
// the units, as far as there are enough of them.
void World::Populate(FamilyWorld& world, TimePoint now) {
  constexpr std::chrono::nanoseconds kYear = std::chrono::hours(24 * 365);
  const std::size_t finished = settings_.finished;
  const std::size_t running = settings_.refreshes - finished;
  const std::size_t most = std::min(world.units().size(), kMaxInitialShare);
  const auto spacing = std::min(settings_.max_duration + std::chrono::nanoseconds(1'000'000'000),
                                kYear / static_cast<std::int64_t>(finished + 1));
  for (std::size_t place = 0; place < finished; ++place) {
    const TimePoint created_at =
        now - settings_.max_duration - spacing * static_cast<std::int64_t>(finished - place);
    Refresh refresh = Draw(world, Window(world.units(), place, 1 + place % most), created_at, {});
    Watch(world, refresh, now);
    world.Add(std::make_shared<const Refresh>(std::move(refresh)), now);
  }
  const std::size_t share =
      std::clamp<std::size_t>(world.units().size() / std::max<std::size_t>(running, 1), 1, most);
  for (std::size_t place = 0; place < running; ++place) {
    Refresh refresh = Draw(world, Window(world.units(), place * share, share), now, {});
    if (settings_.never_finish) refresh = MakeEndless(std::move(refresh));
    Watch(world, refresh, now);
    world.Add(std::make_shared<const Refresh>(std::move(refresh)), now);
  }
}

void World::Advance(TimePoint now) {
  const std::lock_guard lock(mutex_);
  while (!restarts_.empty() && restarts_.top().due <= now) {
    const Restart restart = restarts_.top();
    restarts_.pop();
    Follow(restart, now);
  }
}

void World::SetAutoRestart(bool on, TimePoint now) {
  const std::lock_guard lock(mutex_);
  auto_restart_ = on;
  restarts_ = {};
  for (const FamilyWorld& world : families_) {
    for (const UnitPtr& unit : world.units()) {
      if (const RefreshPtr newest = world.NewestOf(*unit)) Watch(world, *newest, now);
    }
  }
}

// Ends quietly where the refresh is no longer the newest of any unit.
void World::Follow(const Restart& restart, TimePoint now) {
  FamilyWorld& world = families_[restart.family];
  const RefreshPtr refresh = world.Find(restart.refresh_id);
  if (!refresh || !IsFinished(*refresh, restart.due)) return;
  std::vector<UnitPtr> free_units;
  for (const UnitRun& run : refresh->runs) {
    if (world.NewestOf(*run.unit) == refresh) free_units.push_back(run.unit);
  }
  if (free_units.empty()) return;
  Launch(world, free_units, std::max(restart.due, now - kMaxLateness));
}

RefreshPtr World::Find(const Family& family, std::string_view id) const {
  const auto index = IndexOf(family);
  if (!index) return nullptr;
  const std::lock_guard lock(mutex_);
  return families_[*index].Find(id);
}

std::vector<RefreshPtr> World::List(const Family& family, std::size_t skip,
                                    std::size_t limit) const {
  const auto index = IndexOf(family);
  if (!index) return {};
  const std::lock_guard lock(mutex_);
  return families_[*index].Slice(skip, limit);
}

std::size_t World::Count(const Family& family) const {
  const auto index = IndexOf(family);
  if (!index) return 0;
  const std::lock_guard lock(mutex_);
  return families_[*index].size();
}

std::vector<UnitPtr> World::Units(const Family& family) const {
  const auto index = IndexOf(family);
  if (!index) return {};
  const std::lock_guard lock(mutex_);
  return families_[*index].units();
}

bool World::Offers(const Family& family) const { return IndexOf(family).has_value(); }

tl::expected<RefreshPtr, Refusal> World::Start(const Family& family, const Selection& selection,
                                               TimePoint now) {
  const std::lock_guard lock(mutex_);
  FamilyWorld& world = families_[IndexOf(family).value()];
  return Select(world, selection, now).map([&](const std::vector<UnitPtr>& units) {
    return Launch(world, units, now);
  });
}

tl::expected<RefreshPtr, Refusal> World::StartPlanned(const Family& family,
                                                      const Selection& selection, TimePoint now) {
  const std::lock_guard lock(mutex_);
  FamilyWorld& world = families_[IndexOf(family).value()];
  return Select(world, selection, now).map([&](const std::vector<UnitPtr>& units) {
    auto started = std::make_shared<const Refresh>(Draw(world, units, now, {}));
    world.Add(started, now);
    return RefreshPtr(started);
  });
}

tl::expected<RefreshPtr, Refusal> World::StartScripted(const Family& family,
                                                       const Selection& selection,
                                                       const std::string& id, TimePoint now) {
  const std::lock_guard lock(mutex_);
  FamilyWorld& world = families_[IndexOf(family).value()];
  if (world.Find(id)) return tl::unexpected(Refusal::kKnownId);
  AddMissingUnits(world, selection, now);
  return Select(world, selection, now).map([&](const std::vector<UnitPtr>& units) {
    Refresh refresh = MakeEndless(Draw(world, units, now, Ending::kCompleted));
    if (!id.empty()) refresh.id = id;
    auto started = std::make_shared<const Refresh>(std::move(refresh));
    world.Add(started, now);
    return RefreshPtr(started);
  });
}

tl::expected<RefreshPtr, Refusal> World::Cancel(const Family& family, std::string_view id,
                                                TimePoint now) {
  const std::lock_guard lock(mutex_);
  FamilyWorld& world = families_[IndexOf(family).value()];
  const RefreshPtr refresh = world.Find(id);
  if (!refresh) return tl::unexpected(Refusal::kUnknownRefresh);
  if (IsFinished(*refresh, now)) return tl::unexpected(Refusal::kNotRunning);
  if (IsAborted(*refresh, now)) return refresh;
  Random random(settings_.seed, id, 0);
  const auto delay = random.Between(settings_.min_duration / 2, settings_.min_duration);
  const auto changed = std::make_shared<const Refresh>(MakeAborted(*refresh, now, delay));
  world.Replace(changed);
  Watch(world, *changed, now);
  return changed;
}

tl::expected<RefreshPtr, Refusal> World::Finish(const Family& family, std::string_view id,
                                                Ending ending, TimePoint now) {
  const std::lock_guard lock(mutex_);
  FamilyWorld& world = families_[IndexOf(family).value()];
  const RefreshPtr refresh = world.Find(id);
  if (!refresh) return tl::unexpected(Refusal::kUnknownRefresh);
  if (IsFinished(*refresh, now)) return tl::unexpected(Refusal::kNotRunning);
  const bool partial = ending == Ending::kPartial || ending == Ending::kPartiallyCompleted;
  if (partial && refresh->runs.size() < 2) return tl::unexpected(Refusal::kOneUnit);
  const auto changed = std::make_shared<const Refresh>(MakeFinished(*refresh, now, ending));
  world.Replace(changed);
  Watch(world, *changed, now);
  return changed;
}

std::optional<std::size_t> World::IndexOf(const Family& family) const {
  const auto found = std::ranges::find(settings_.families, &family);
  if (found == settings_.families.end()) return std::nullopt;
  return static_cast<std::size_t>(found - settings_.families.begin());
}

RefreshPtr World::Launch(FamilyWorld& world, const std::vector<UnitPtr>& units, TimePoint now) {
  const auto refresh = std::make_shared<const Refresh>(Draw(world, units, now, {}));
  world.Add(refresh, now);
  Watch(world, *refresh, now);
  return refresh;
}

// The stream of the n-th refresh of a family is its own, so that no other call disturbs it.
Refresh World::Draw(const FamilyWorld& world, const std::vector<UnitPtr>& units,
                    TimePoint created_at, std::optional<Ending> ending) const {
  Random random(settings_.seed, world.family().base_path, world.added());
  RefreshPlan plan;
  plan.id = random.Uuid();
  plan.created_at = created_at;
  plan.duration = random.Between(settings_.min_duration, settings_.max_duration);
  const Ending drawn = DrawEnding(random, settings_.chances, units.size());
  plan.ending = ending.value_or(drawn);
  return MakeRefresh(std::move(plan), units, random);
}

void World::Watch(const FamilyWorld& world, const Refresh& refresh, TimePoint not_before) {
  if (!auto_restart_ || refresh.ends_at == kNever) return;
  const TimePoint due = std::max(refresh.ends_at + settings_.restart_after, not_before);
  restarts_.push({due, IndexOf(world.family()).value(), refresh.id});
}

tl::expected<std::vector<UnitPtr>, Refusal> World::Select(const FamilyWorld& world,
                                                          const Selection& selection,
                                                          TimePoint now) const {
  if (NamesUnknown(selection, world.units())) return tl::unexpected(Refusal::kUnknownUnit);
  std::vector<UnitPtr> units = Chosen(selection, world.units());
  if (units.empty()) return tl::unexpected(Refusal::kUnknownUnit);
  const bool busy =
      std::ranges::any_of(units, [&](const UnitPtr& unit) { return IsBusy(world, *unit, now); });
  if (busy) return tl::unexpected(Refusal::kBusyUnit);
  return units;
}

}  // namespace cckm::simulator
