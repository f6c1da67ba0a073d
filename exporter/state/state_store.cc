#include "exporter/state/state_store.h"

#include <algorithm>
#include <utility>

#include "exporter/state/fold_refresh.h"

namespace cckm {
namespace {

TargetState MakeTarget(const TargetSetup& setup, const BucketBounds& bounds) {
  TargetState target{.options = setup.options,
                     .label = LabelValue(setup.options.name),
                     .collectors = {},
                     .observation = {}};
  for (const CollectorSetup& collector : setup.collectors) {
    CollectorState& state = target.collectors.emplace_back(*collector.family, bounds);
    for (const std::string& id : collector.refresh_ids) {
      state.refreshes.Add(RefreshState(LabelValue(id)));
    }
  }
  return target;
}

void FoldPoll(PollState& poll, const PollUpdate& update) {
  if (!update.errors.empty()) poll.error_so_far = update.errors.front();
  if (!update.ended) return;
  poll.last_error = std::exchange(poll.error_so_far, std::nullopt);
  poll.polled_once = true;
  poll.up = update.ended->up;
  poll.duration = update.ended->duration;
  poll.ended_at = update.ended->ended_at;
  if (poll.up) poll.succeeded_at = update.ended->ended_at;
}

bool WaitsToShowCounts(const TargetState& target, std::uint64_t shown_updates) {
  return std::ranges::any_of(target.collectors, [&](const CollectorState& collector) {
    return std::ranges::any_of(collector.domains, [&](const DomainState& domain) {
      return domain.born_in_update > shown_updates && domain.history.totals != DomainEndCounts{};
    });
  });
}

}  // namespace

StateStore::StateStore(const std::vector<TargetSetup>& targets, const BucketBounds& bounds,
                       const Clock& clock)
    : bounds_(bounds), clock_(clock) {
  for (const TargetSetup& target : targets) targets_.push_back(MakeTarget(target, bounds));
}

TargetState* StateStore::FindTarget(std::string_view name) {
  const auto found = std::ranges::find_if(
      targets_, [&](const TargetState& target) { return target.options.name == name; });
  return found == targets_.end() ? nullptr : &*found;
}

std::vector<NewAnomalies> StateStore::Apply(const PollUpdate& update,
                                            const std::vector<bool>& is_new) {
  const MutexLock lock(mutex_);
  TargetState& target = *FindTarget(update.target);
  CollectorState& collector =
      *std::ranges::find(target.collectors, update.family, &CollectorState::family);
  target.observation = update.observation;
  RefreshFolder folder(collector, bounds_, ++updates_, update.at);
  std::vector<NewAnomalies> anomalies;
  std::size_t settled = 0;
  for (const RefreshAnswer& answer : update.answers) {
    const AnomalySet found = folder.Fold(answer, answer.settled && is_new[settled++]);
    if (!found.empty()) anomalies.push_back({answer.refresh.id, found});
  }
  folder.Finish();
  FoldPoll(collector.poll, update);
  return anomalies;
}

void StateStore::Apply(const LoginUpdate& update) {
  const MutexLock lock(mutex_);
  FindTarget(update.target)->observation = update.observation;
}

bool StateStore::EveryTargetWasPolled() const {
  const MutexLock lock(mutex_);
  return std::ranges::all_of(targets_, [](const TargetState& target) {
    return std::ranges::all_of(target.collectors,
                               [](const CollectorState& c) { return c.poll.polled_once; });
  });
}

bool StateStore::EveryCollectorIsUp() const {
  const MutexLock lock(mutex_);
  return std::ranges::all_of(targets_, [](const TargetState& target) {
    return std::ranges::all_of(target.collectors,
                               [](const CollectorState& c) { return c.poll.up; });
  });
}

void StateStore::Read(const Reader& reader) const {
  const MutexLock lock(mutex_);
  reader({.targets = targets_, .now = clock_.SteadyNow(), .shown_updates = shown_updates_});
}

bool StateStore::ReadForExposition(const Reader& reader) {
  const MutexLock lock(mutex_);
  reader({.targets = targets_, .now = clock_.SteadyNow(), .shown_updates = shown_updates_});
  const std::uint64_t shown_before = std::exchange(shown_updates_, updates_);
  const bool some_wait = std::ranges::any_of(
      targets_, [&](const TargetState& target) { return WaitsToShowCounts(target, shown_before); });
  return !some_wait;
}

}  // namespace cckm
