#include "tests/simulator/tenancy.h"

#include <algorithm>
#include <utility>

#include "tests/simulator/random.h"

namespace cckm::simulator {
namespace {

std::uint64_t SeedOf(std::uint64_t seed, std::string_view name) {
  return name.empty() || name == kRootTenancy ? seed : Random(seed, name, 0).Next();
}

// Those that go to the domain, of which the first also gets what names none.
std::vector<ScheduleRule> RulesOf(const std::vector<ScheduleRule>& rules, const std::string& name,
                                  bool first) {
  std::vector<ScheduleRule> own;
  std::ranges::copy_if(rules, std::back_inserter(own), [&](const ScheduleRule& rule) {
    return rule.tenancy.empty() ? first : rule.tenancy == name;
  });
  return own;
}

}  // namespace

Tenancy::Tenancy(std::string tenancy_name, WorldSettings world_settings,
                 SchedulerSettings scheduler_settings, TimePoint now)
    : name(std::move(tenancy_name)),
      world(std::move(world_settings), now),
      scheduler(std::move(scheduler_settings), world, now) {}

Tenancies::Tenancies(const std::vector<std::string>& names, const WorldSettings& world,
                     const SchedulerSettings& scheduler, TimePoint now)
    : named_(!names.empty()) {
  const std::vector<std::string> all = named_ ? names : std::vector<std::string>{""};
  for (const std::string& name : all) {
    WorldSettings own_world = world;
    own_world.seed = SeedOf(world.seed, name);
    SchedulerSettings own_scheduler = scheduler;
    own_scheduler.seed = SeedOf(scheduler.seed, name);
    own_scheduler.schedules = RulesOf(scheduler.schedules, name, tenancies_.empty());
    tenancies_.push_back(
        std::make_unique<Tenancy>(name, std::move(own_world), std::move(own_scheduler), now));
  }
}

std::optional<std::size_t> Tenancies::OfLogin(std::string_view domain) const {
  if (!named_) return 0;
  if (domain.empty()) domain = kRootTenancy;
  for (std::size_t index = 0; index < tenancies_.size(); ++index) {
    if (tenancies_[index]->name == domain) return index;
  }
  return std::nullopt;
}

Tenancy* Tenancies::Named(std::string_view name) const {
  if (name.empty()) return tenancies_.front().get();
  const auto found = std::ranges::find_if(
      tenancies_, [&](const std::unique_ptr<Tenancy>& tenancy) { return tenancy->name == name; });
  return found == tenancies_.end() ? nullptr : found->get();
}

void Tenancies::Advance(TimePoint now) const {
  for (const std::unique_ptr<Tenancy>& tenancy : tenancies_) tenancy->scheduler.Advance(now);
}

}  // namespace cckm::simulator
