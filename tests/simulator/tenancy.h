// The tenancy domains of the simulated appliance: each has refreshes, units and schedules of its
// own, and one login opens one of them.
//
// Thread-safety: every method may be called from any thread; which domains there are never changes.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/scheduler.h"
#include "tests/simulator/world.h"

namespace cckm::simulator {

// The domain that a login opens which names none.
inline constexpr std::string_view kRootTenancy = "root";

struct Tenancy {
  Tenancy(std::string tenancy_name, WorldSettings world_settings,
          SchedulerSettings scheduler_settings, TimePoint now);

  const std::string name;
  World world;
  Scheduler scheduler;
};

class Tenancies {
 public:
  // Without `names` there is one domain, which every login opens whatever it names.  The world of
  // the domain root is that of the seed; the others have seeds of their own, by their names.  A
  // schedule goes to the domain that its rule names.
  Tenancies(const std::vector<std::string>& names, const WorldSettings& world,
            const SchedulerSettings& scheduler, TimePoint now);

  std::size_t size() const { return tenancies_.size(); }
  // REQUIRES: index < size().
  Tenancy& At(std::size_t index) const { return *tenancies_[index]; }

  // The index of the domain that a login of that `domain` opens; nothing where there is none.
  std::optional<std::size_t> OfLogin(std::string_view domain) const;

  // The one that a rule or control request means; empty: the first.  Null where there is none.
  Tenancy* Named(std::string_view name) const;

  void Advance(TimePoint now) const;

 private:
  bool named_;
  std::vector<std::unique_ptr<Tenancy>> tenancies_;  // never empty
};

}  // namespace cckm::simulator
