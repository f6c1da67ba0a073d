#include "exporter/state/state_store.h"

#include <algorithm>
#include <utility>

#include "exporter/state/domain_gate.h"
#include "exporter/state/unneeded_domains.h"

namespace cckm {
namespace {

// Has those domains shown again whose counts were shown at 0 by an exposition before which
// `shown_updates` had been.  Returns whether there are some.
bool ShowWaitingCounts(std::uint64_t shown_updates, CollectorState& collector) {
  KeyedStore<DomainState>& domains = collector.domains;
  const std::uint64_t version = std::exchange(collector.version_without_waiting, domains.version());
  bool some_wait = false;
  for (const auto& group : domains.groups()) {
    if (group.version <= version) continue;
    auto domain = group.first;
    for (std::size_t i = 0; i < group.size; ++i, ++domain) {
      if (domain->first_update <= shown_updates || domain->history.totals == DomainEndCounts{}) {
        continue;
      }
      domains.Change(*domain);
      some_wait = true;
    }
  }
  return some_wait;
}

}  // namespace

StateStore::StateStore(std::vector<TargetSetup> targets, const BucketBounds& bounds,
                       const Clock& clock)
    : bounds_(bounds), clock_(clock) {
  for (TargetSetup& target : targets) SetTarget(std::move(target));
}

TargetState* StateStore::FindTarget(std::string_view name) {
  const auto found = std::ranges::find_if(
      targets_, [&](const TargetState& target) { return target.options.name == name; });
  return found == targets_.end() ? nullptr : &*found;
}

CollectorState* StateStore::Find(std::string_view target, const Family& family) {
  return FindCollector(FindTarget(target), family);
}

UpdateMoment StateStore::BeginUpdate(SteadyTime now, WallTime wall_now) {
  return {.bounds = bounds_, .update_number = ++updates_, .now = now, .wall_now = wall_now};
}

UpdateMoment StateStore::BeginUpdate() { return BeginUpdate(clock_.SteadyNow(), clock_.Now()); }

void StateStore::SetTarget(TargetSetup setup) {
  const MutexLock lock(mutex_);
  TargetState* target = FindTarget(setup.options.name);
  if (target == nullptr) target = &targets_.emplace_back();
  SetUp(std::move(setup), BeginUpdate(), *target);
}

void StateStore::RemoveTarget(std::string_view name) {
  const MutexLock lock(mutex_);
  std::erase_if(targets_, [&](const TargetState& target) { return target.options.name == name; });
}

void StateStore::SetExpectations(std::string_view target_name,
                                 std::shared_ptr<const ExpectationList> expectations) {
  const MutexLock lock(mutex_);
  TargetState* target = FindTarget(target_name);
  if (target == nullptr) return;
  target->options.expectations = std::move(expectations);
  ExpectAnew(BeginUpdate(), *target);
}

void StateStore::SetRefreshIds(std::string_view target_name, const Family& family,
                               const std::vector<std::string>& refresh_ids,
                               std::size_t unreadable_id_files) {
  const MutexLock lock(mutex_);
  TargetState* target = FindTarget(target_name);
  CollectorState* collector = FindCollector(target, family);
  if (collector == nullptr) return;
  SetUpRefreshIds(refresh_ids, unreadable_id_files, BeginUpdate(), *target, *collector);
}

bool StateStore::HasRoomFor(std::size_t domains, std::string_view target_name) {
  const MutexLock lock(mutex_);
  const TargetState* target = FindTarget(target_name);
  return target == nullptr || domains <= RoomOf(*target);
}

void StateStore::LeaveOutDomains(PollUpdate& update) {
  std::size_t named = 0;
  for (const RefreshAnswer& answer : update.answers) named += answer.refresh.domains.size();
  if (named == 0 || HasRoomFor(named, update.target)) return;
  DomainGate gate;
  for (RefreshAnswer& answer : update.answers) {
    gate.Pass(answer, [&](std::span<const std::string_view> labels) {
      const MutexLock lock(mutex_);
      TargetState* target = FindTarget(update.target);
      CollectorState* collector = FindCollector(target, *update.family);
      if (collector == nullptr) return DomainGate::Look{std::vector<bool>(labels.size(), true)};
      return LookAt(labels, *target, *collector);
    });
  }
}

std::vector<NewAnomalies> StateStore::Apply(const PollUpdate& update) {
  LabelledUpdate labelled(update);
  const MutexLock lock(mutex_);
  TargetState* target = FindTarget(update.target);
  CollectorState* collector = FindCollector(target, *update.family);
  if (collector == nullptr) return {};
  return ReducePoll(labelled, BeginUpdate(update.at, update.wall_time), *target, *collector);
}

void StateStore::Count(const PollUpdate& update) {
  const DomainLabels labels = LabelsOf(update.answers);
  const MutexLock lock(mutex_);
  TargetState* target = FindTarget(update.target);
  CollectorState* collector = FindCollector(target, *update.family);
  if (collector == nullptr) return;
  StateReducer reducer =
      ReducerFor(*target, *collector, labels, BeginUpdate(update.at, update.wall_time));
  for (const RefreshAnswer& answer : update.answers) reducer.TakeStored(answer);
}

std::vector<MetDomain> StateStore::TakeMetDomains(std::string_view target, const Family& family) {
  const MutexLock lock(mutex_);
  CollectorState* collector = Find(target, family);
  return collector == nullptr ? std::vector<MetDomain>() : std::exchange(collector->met, {});
}

std::vector<std::string> StateStore::TakeWanted(std::string_view target, const Family& family) {
  const MutexLock lock(mutex_);
  CollectorState* collector = Find(target, family);
  return collector == nullptr ? std::vector<std::string>() : std::exchange(collector->wanted, {});
}

std::set<std::string, std::less<>> StateStore::UnneededDomains(std::string_view target,
                                                               const Family& family) {
  const MutexLock lock(mutex_);
  const CollectorState* collector = Find(target, family);
  if (collector == nullptr) return {};
  return cckm::UnneededDomains(*collector, clock_.SteadyNow());
}

void StateStore::ForgetDomains(std::string_view target, const Family& family,
                               const std::vector<std::string>& domain_ids) {
  const MutexLock lock(mutex_);
  CollectorState* collector = Find(target, family);
  if (collector == nullptr) return;
  const auto unneeded = cckm::UnneededDomains(*collector, clock_.SteadyNow());
  for (const std::string& id : domain_ids) {
    const LabelValue label(id);
    if (!unneeded.contains(label.text())) continue;
    collector->hidden_histories.erase(collector->hidden_histories.find(label.text()));
  }
}

void StateStore::Apply(const LoginUpdate& update) {
  const MutexLock lock(mutex_);
  TargetState* target = FindTarget(update.target);
  if (target == nullptr) return;
  target->observation = update.observation;
  const LoginOutcome& outcome = update.outcome;
  if (!outcome.error || outcome.was_last_way) target->login_error = outcome.error;
}

std::optional<std::uint64_t> StateStore::EveryTargetWasPolledInUpdate() const {
  const MutexLock lock(mutex_);
  std::uint64_t latest = 0;
  for (const TargetState& target : targets_) {
    for (const CollectorState& collector : target.collectors) {
      if (!collector.poll.polled_once) return std::nullopt;
      latest = std::max(latest, collector.poll.first_ended_in_update);
    }
  }
  return latest;
}

bool StateStore::EveryCollectorIsUp() const {
  const MutexLock lock(mutex_);
  return std::ranges::all_of(targets_, [](const TargetState& target) {
    return std::ranges::all_of(
        target.collectors, [](const CollectorState& c) { return c.poll.up || c.poll.is_absent; });
  });
}

std::shared_ptr<ScheduleIntervals> StateStore::TakeIntervals(std::string_view name) {
  const MutexLock lock(mutex_);
  TargetState* target = FindTarget(name);
  auto intervals = target == nullptr ? nullptr : std::exchange(target->schedule_intervals, nullptr);
  return intervals ? intervals : std::make_shared<ScheduleIntervals>();
}

std::vector<UnreadableSchedule> StateStore::Apply(const ScheduleUpdate& update) {
  PreparedSchedules prepared;
  auto intervals = TakeIntervals(update.target);
  if (update.reading) prepared = Prepare(*update.reading, *intervals);
  const MutexLock lock(mutex_);
  TargetState* target = FindTarget(update.target);
  if (target == nullptr || !target->options.schedules.enabled) return {};
  ++updates_;
  target->observation = update.observation;
  target->schedule_intervals = std::move(intervals);
  return ReduceSchedules(update, prepared, target->schedules);
}

StateView StateStore::View() const {
  for (TargetState& target : targets_) {
    if (!target.schedules.was_read) continue;
    const Nanoseconds ahead = target.observation.clock_skew.value_or(Nanoseconds::zero());
    AdvanceSchedules(clock_.Now() + ahead, target);
  }
  return {.targets = targets_,
          .now = clock_.SteadyNow(),
          .updates = updates_,
          .shown_updates = shown_updates_};
}

void StateStore::Read(const Reader& reader) const {
  const MutexLock lock(mutex_);
  reader(View());
}

bool StateStore::ReadForExposition(const Reader& reader) {
  const MutexLock lock(mutex_);
  reader(View());
  const std::uint64_t shown_before = std::exchange(shown_updates_, updates_);
  bool some_wait = false;
  for (TargetState& target : targets_) {
    for (CollectorState& collector : target.collectors) {
      some_wait = ShowWaitingCounts(shown_before, collector) || some_wait;
    }
  }
  return !some_wait;
}

}  // namespace cckm
