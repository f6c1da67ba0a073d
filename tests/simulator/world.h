// The simulated appliance: which refreshes exist in which family and how each goes on.  It knows
// neither HTTP nor JSON nor a clock; every call says what time it is.
//
// Everything follows from the settings, the calls and their times.  The n-th refresh of a family
// has the same id, length and ending for the same seed.
//
// Thread-safety: every method may be called from any thread.  Refreshes and units that were handed
// out never change; a later call hands out a new one.

#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <mutex>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "tests/simulator/family_world.h"

namespace cckm::simulator {

struct WorldSettings {
  std::uint64_t seed = 1;
  std::vector<const Family*> families;
  std::size_t domains = 4;    // units of each family
  std::size_t refreshes = 6;  // of each family at the start, at least `finished`
  std::size_t finished = 4;   // how many of these have already finished
  std::chrono::nanoseconds min_duration = std::chrono::seconds(2);
  std::chrono::nanoseconds max_duration = std::chrono::seconds(20);
  EndingChances chances;
  bool never_finish = false;  // the unfinished refreshes of the start go on for ever
  bool auto_restart = false;  // a unit whose newest refresh has ended gets another
  std::chrono::nanoseconds restart_after = std::chrono::seconds(5);
  std::size_t history = 200'000;  // refreshes kept for each family
};

// Why a change was not made.
enum class Refusal { kUnknownRefresh, kUnknownUnit, kBusyUnit, kKnownId, kNotRunning, kOneUnit };

// Which units a new refresh works on.
struct Selection {
  bool everything = false;
  std::vector<std::string> ids;      // without `everything`
  std::vector<std::string> regions;  // narrows `ids` in a family with regions; empty: all of them
};

class World {
 public:
  // REQUIRES: min_duration <= max_duration, both positive; restart_after positive.
  World(WorldSettings settings, TimePoint now);

  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Starts the restarts that were due until `now`.  The result does not depend on how often it is
  // called, as long as that is once a minute.
  void Advance(TimePoint now);

  // Whether a unit whose newest refresh has ended gets another, from now on; at first as the
  // settings have it.  While it is off nothing new starts by itself.
  void SetAutoRestart(bool on, TimePoint now);

  // Null where the family has no such refresh, or is not offered.
  RefreshPtr Find(const Family& family, std::string_view id) const;

  // Oldest first, from `skip` on, at most `limit`.
  std::vector<RefreshPtr> List(const Family& family, std::size_t skip, std::size_t limit) const;
  std::size_t Count(const Family& family) const;
  std::vector<UnitPtr> Units(const Family& family) const;
  bool Offers(const Family& family) const;

  // kUnknownUnit: an id (or all of them with the regions) names no unit; kBusyUnit: a unit of the
  // selection is being refreshed.  REQUIRES: the family is offered, for this and what follows.
  tl::expected<RefreshPtr, Refusal> Start(const Family& family, const Selection& selection,
                                          TimePoint now);

  // Like Start, but the end of the refresh is followed by no other: it is somebody's plan when that
  // comes.
  tl::expected<RefreshPtr, Refusal> StartPlanned(const Family& family, const Selection& selection,
                                                 TimePoint now);

  // Like Start, but the refresh runs until it is told to end, units that do not exist are made, and
  // it gets the given id, unless that is empty (kKnownId where the id is taken).
  tl::expected<RefreshPtr, Refusal> StartScripted(const Family& family, const Selection& selection,
                                                  const std::string& id, TimePoint now);

  // Asks a running refresh to stop; it does so between half of min_duration and min_duration later.
  // A second request changes nothing.  kUnknownRefresh, kNotRunning.
  tl::expected<RefreshPtr, Refusal> Cancel(const Family& family, std::string_view id,
                                           TimePoint now);

  // Ends a running refresh.  kUnknownRefresh, kNotRunning; kOneUnit for a partial ending of a
  // single unit.
  tl::expected<RefreshPtr, Refusal> Finish(const Family& family, std::string_view id, Ending ending,
                                           TimePoint now);

 private:
  struct Restart {
    TimePoint due;
    std::size_t family;  // index into families_
    std::string refresh_id;
    auto operator<=>(const Restart&) const = default;
  };

  void Populate(FamilyWorld& world, TimePoint now);
  std::optional<std::size_t> IndexOf(const Family& family) const;
  RefreshPtr Launch(FamilyWorld& world, const std::vector<UnitPtr>& units, TimePoint now);
  Refresh Draw(const FamilyWorld& world, const std::vector<UnitPtr>& units, TimePoint created_at,
               std::optional<Ending> ending) const;
  void Watch(const FamilyWorld& world, const Refresh& refresh, TimePoint not_before);
  void Follow(const Restart& restart, TimePoint now);
  tl::expected<std::vector<UnitPtr>, Refusal> Select(const FamilyWorld& world,
                                                     const Selection& selection,
                                                     TimePoint now) const;

  const WorldSettings settings_;
  mutable std::mutex mutex_;
  // Below this line guarded by mutex_.
  bool auto_restart_;
  std::vector<FamilyWorld> families_;
  std::priority_queue<Restart, std::vector<Restart>, std::greater<>> restarts_;
};

}  // namespace cckm::simulator
