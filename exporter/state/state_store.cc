#include "exporter/state/state_store.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "exporter/state/domain_gate.h"
#include "exporter/state/state_reducer.h"
#include "exporter/state/unneeded_domains.h"

namespace cckm {
namespace {

// Marks the refreshes of these ids as configured, adding those that are missing, and no others.
void Configure(CollectorState& collector, const std::vector<std::string>& refresh_ids) {
  for (RefreshState& refresh : collector.refreshes) refresh.is_configured = false;
  for (const std::string& raw_id : refresh_ids) {
    LabelValue id(raw_id);
    RefreshState* refresh = collector.refreshes.Find(id.text());
    if (refresh == nullptr) refresh = &collector.refreshes.Add(RefreshState(std::move(id)));
    refresh->is_configured = true;
    refresh->is_watched = true;
    refresh->is_vanished = false;
  }
  for (RefreshState& refresh : collector.refreshes) {
    if (!refresh.is_configured) refresh.is_watched &= collector.discovers;
  }
}

void ReducePoll(PollState& poll, const PollUpdate& update, std::uint64_t updates) {
  if (!update.errors.empty()) poll.error_so_far = update.errors.front();
  if (!update.ended) return;
  poll.last_error = std::exchange(poll.error_so_far, std::nullopt);
  if (!std::exchange(poll.polled_once, true)) poll.first_ended_in_update = updates;
  poll.up = update.ended->up;
  poll.is_absent = update.ended->is_absent;
  poll.duration = update.ended->duration;
  poll.ended_at = update.ended->ended_at;
  if (poll.up) poll.succeeded_at = update.ended->ended_at;
  if (poll.is_absent) poll.succeeded_at.reset();
}

// Those are shown as last known from now on: a while longer if they `vanished` from the list.
void Unwatch(CollectorState& collector, const std::vector<std::string>& refresh_ids,
             bool vanished) {
  for (const std::string& id : refresh_ids) {
    RefreshState* refresh = collector.refreshes.Find(LabelValue(id).text());
    if (refresh == nullptr) continue;
    refresh->is_watched = refresh->is_configured;
    refresh->is_vanished = vanished && !refresh->is_configured;
  }
}

// What an update says, with labels in the place of texts: made before anybody has to wait.
struct Labelled {
  explicit Labelled(const PollUpdate& update) : domains(LabelsOf(update.answers)) {
    if (update.domain_listing) listing = LabelledListingOf(*update.domain_listing);
    if (!update.listing) return;
    for (const std::string& id : update.listing->left_out_domains) {
      left_out_domains.insert(LabelValue(id).text());
    }
  }

  const DomainLabels domains;
  std::optional<LabelledListing> listing;
  std::set<std::string, std::less<>> left_out_domains;
};

void ReduceLists(CollectorState& collector, const PollUpdate& update, Labelled labelled,
                 StateReducer& reducer) {
  Unwatch(collector, update.unwatched, false);
  Unwatch(collector, update.vanished, true);
  if (update.listing) {
    collector.list_is_complete = update.listing->is_complete;
    collector.list_is_truncated = update.listing->is_truncated;
    collector.list_has_unreadable_entries = update.listing->has_unreadable_entries;
    collector.left_out_domains = std::move(labelled.left_out_domains);
    collector.left_out_domains_are_all = update.listing->left_out_domains_are_all;
  }
  if (labelled.listing) reducer.ReduceDomainListing(std::move(*labelled.listing));
  if (update.ended || update.listing || !update.unwatched.empty() || !update.vanished.empty()) {
    reducer.NeedSweep();
  }
}

DomainGate::Look LookAt(std::span<const std::string_view> labels, CollectorState& collector,
                        std::size_t most) {
  DomainGate::Look look{.is_held = {}, .room = most - std::min(most, collector.named_domains)};
  look.is_held.reserve(labels.size());
  for (const std::string_view label : labels) {
    const DomainState* domain = collector.domains.Find(label);
    look.is_held.push_back(domain != nullptr && domain->named_by != 0);
  }
  return look;
}

bool WaitsToShowCounts(const TargetState& target, std::uint64_t shown_updates) {
  return std::ranges::any_of(target.collectors, [&](const CollectorState& collector) {
    return std::ranges::any_of(collector.domains, [&](const DomainState& domain) {
      return domain.first_update > shown_updates && domain.history.totals != DomainEndCounts{};
    });
  });
}

}  // namespace

StateStore::StateStore(std::vector<TargetSetup> targets, const BucketBounds& bounds,
                       const Clock& clock)
    : bounds_(bounds), clock_(clock) {
  for (TargetSetup& target : targets) SetTarget(std::move(target));
}

void StateStore::SetTarget(TargetSetup setup) {
  const MutexLock lock(mutex_);
  TargetState* target = FindTarget(setup.options.name);
  if (target == nullptr) {
    target = &targets_.emplace_back();
    target->label = LabelValue(setup.options.name);
  }
  target->options = setup.options;
  SetUpSchedules(*target);
  target->login_error.reset();  // of an account that may be another now
  target->address_labels.clear();
  for (const AddressState& address : setup.addresses) {
    target->address_labels.emplace_back(address.url);
  }
  target->observation.addresses = std::move(setup.addresses);
  std::erase_if(target->collectors, [&](const CollectorState& collector) {
    return std::ranges::find(setup.collectors, collector.family, &CollectorSetup::family) ==
           setup.collectors.end();
  });
  for (CollectorSetup& wanted : setup.collectors) {
    CollectorState* collector = FindCollector(setup.options.name, *wanted.family);
    const bool is_new = collector == nullptr;
    if (is_new) collector = &target->collectors.emplace_back(*wanted.family, bounds_);
    ExpectAnew(*collector);
    collector->discovers = wanted.discovers;
    Configure(*collector, wanted.refresh_ids);
    collector->unreadable_id_files = wanted.unreadable_id_files;
    if (wanted.memory) {
      if (is_new) RestoreCounts(*collector, *wanted.memory);
      RestoreRefreshes(*collector, std::move(*wanted.memory));
      Unwatch(*collector, wanted.unwatched_ids, false);
    }
    Sweep(*collector);
  }
}

void StateStore::SetExpectations(std::string_view target_name,
                                 std::shared_ptr<const ExpectationList> expectations) {
  const MutexLock lock(mutex_);
  TargetState* target = FindTarget(target_name);
  if (target == nullptr) return;
  target->options.expectations = std::move(expectations);
  for (CollectorState& collector : target->collectors) ExpectAnew(collector);
}

void StateStore::ExpectAnew(CollectorState& collector) {
  const DomainLabels no_labels;
  ReducerFor(collector, no_labels, clock_.SteadyNow(), clock_.Now()).ExpectAnew();
}

// Decides what is shown after a change of what is watched.
void StateStore::Sweep(CollectorState& collector) {
  const DomainLabels no_labels;
  StateReducer reducer = ReducerFor(collector, no_labels, clock_.SteadyNow(), clock_.Now());
  reducer.NeedSweep();
  reducer.Finish();
  collector.dropped_domains = CountLeftOut(collector.refreshes);
}

void StateStore::RemoveTarget(std::string_view name) {
  const MutexLock lock(mutex_);
  std::erase_if(targets_, [&](const TargetState& target) { return target.options.name == name; });
}

void StateStore::SetRefreshIds(std::string_view target, const Family& family,
                               const std::vector<std::string>& refresh_ids,
                               std::size_t unreadable_id_files) {
  const MutexLock lock(mutex_);
  CollectorState* collector = FindCollector(target, family);
  if (collector == nullptr) return;
  Configure(*collector, refresh_ids);
  collector->unreadable_id_files = unreadable_id_files;
  Sweep(*collector);
}

void StateStore::RestoreCounts(CollectorState& collector, CollectorMemory& memory) {
  collector.durations = std::move(memory.durations);
  for (auto& [id, history] : memory.domains) {
    collector.hidden_histories.emplace(LabelValue(id).text(),
                                       HiddenHistory(std::move(history), clock_.SteadyNow()));
  }
}

// Those that the state does not know yet: their poller takes them for known, and asks for none.
void StateStore::RestoreRefreshes(CollectorState& collector, CollectorMemory memory) {
  const DomainLabels no_labels;
  StateReducer reducer = ReducerFor(collector, no_labels, clock_.SteadyNow(), clock_.Now());
  DomainGate gate;
  const std::size_t most = MostDomainsOf(collector);
  for (RefreshAnswer& answer : memory.refreshes) {
    RefreshState* known = collector.refreshes.Find(LabelValue(answer.refresh.id).text());
    if (known != nullptr && known->was_seen) {
      known->is_watched = known->is_configured || collector.discovers;
      known->is_vanished = false;
      continue;
    }
    const bool some_were_left_out = answer.left_out.counts != DomainCounts{};
    gate.Pass(answer, [&](std::span<const std::string_view> labels) {
      return LookAt(labels, collector, most);
    });
    // Of those that were left out before, nobody knows which they are.
    if (some_were_left_out) answer.left_out.marks.clear();
    reducer.Reduce(answer);
    if (answer.counts) reducer.RestoreExemplar(answer.refresh);
  }
}

StateReducer StateStore::ReducerFor(CollectorState& collector, const DomainLabels& labels,
                                    SteadyTime now, WallTime wall_now) {
  const TargetState* target = TargetOf(collector);
  return {collector,
          {.bounds = bounds_,
           .labels = labels,
           .update_number = ++updates_,
           .now = now,
           .wall_now = wall_now,
           .max_domains = MostDomainsOf(collector),
           .expectations = target == nullptr ? nullptr : target->options.expectations.get()}};
}

// Null for a collector of none.
const TargetState* StateStore::TargetOf(const CollectorState& collector) {
  const auto has_it = [&](const TargetState& target) {
    return std::ranges::any_of(target.collectors,
                               [&](const CollectorState& other) { return &other == &collector; });
  };
  const auto found = std::ranges::find_if(targets_, has_it);
  return found == targets_.end() ? nullptr : &*found;
}

std::size_t StateStore::MostDomainsOf(const CollectorState& collector) {
  const TargetState* target = TargetOf(collector);
  if (target == nullptr) return 0;
  std::size_t of_others = 0;
  for (const CollectorState& other : target->collectors) {
    if (&other != &collector) of_others += other.named_domains;
  }
  return target->options.max_domains - std::min(target->options.max_domains, of_others);
}

std::size_t StateStore::RoomOf(std::string_view name) {
  const MutexLock lock(mutex_);
  const TargetState* target = FindTarget(name);
  if (target == nullptr) return std::numeric_limits<std::size_t>::max();
  std::size_t named = 0;
  for (const CollectorState& collector : target->collectors) named += collector.named_domains;
  return target->options.max_domains - std::min(target->options.max_domains, named);
}

void StateStore::LeaveOutDomains(PollUpdate& update) {
  std::size_t named = 0;
  for (const RefreshAnswer& answer : update.answers) named += answer.refresh.domains.size();
  if (named == 0 || named <= RoomOf(update.target)) return;
  DomainGate gate;
  for (RefreshAnswer& answer : update.answers) {
    gate.Pass(answer, [&](std::span<const std::string_view> labels) {
      const MutexLock lock(mutex_);
      CollectorState* collector = FindCollector(update.target, *update.family);
      if (collector == nullptr) return DomainGate::Look{std::vector<bool>(labels.size(), true)};
      return LookAt(labels, *collector, MostDomainsOf(*collector));
    });
  }
}

TargetState* StateStore::FindTarget(std::string_view name) {
  const auto found = std::ranges::find_if(
      targets_, [&](const TargetState& target) { return target.options.name == name; });
  return found == targets_.end() ? nullptr : &*found;
}

CollectorState* StateStore::FindCollector(std::string_view target_name, const Family& family) {
  TargetState* target = FindTarget(target_name);
  if (target == nullptr) return nullptr;
  const auto found = std::ranges::find(target->collectors, &family, &CollectorState::family);
  return found == target->collectors.end() ? nullptr : &*found;
}

std::vector<NewAnomalies> StateStore::Apply(const PollUpdate& update) {
  Labelled labelled(update);
  const MutexLock lock(mutex_);
  CollectorState* collector = FindCollector(update.target, *update.family);
  if (collector == nullptr) return {};
  FindTarget(update.target)->observation = update.observation;
  StateReducer reducer = ReducerFor(*collector, labelled.domains, update.at, update.wall_time);
  std::vector<NewAnomalies> anomalies;
  for (const std::string_view id : update.repeated) reducer.ReduceRepeated(id);
  for (const RefreshAnswer& answer : update.answers) {
    const AnomalySet found = reducer.Reduce(answer);
    if (!found.empty()) anomalies.push_back({answer.refresh.id, found});
  }
  ReduceLists(*collector, update, std::move(labelled), reducer);
  reducer.Finish();
  ReducePoll(collector->poll, update, updates_);
  return anomalies;
}

void StateStore::Count(const PollUpdate& update) {
  const DomainLabels labels = LabelsOf(update.answers);
  const MutexLock lock(mutex_);
  CollectorState* collector = FindCollector(update.target, *update.family);
  if (collector == nullptr) return;
  StateReducer reducer = ReducerFor(*collector, labels, update.at, update.wall_time);
  for (const RefreshAnswer& answer : update.answers) reducer.TakeStored(answer);
}

std::vector<MetDomain> StateStore::TakeMetDomains(std::string_view target, const Family& family) {
  const MutexLock lock(mutex_);
  CollectorState* collector = FindCollector(target, family);
  return collector == nullptr ? std::vector<MetDomain>() : std::exchange(collector->met, {});
}

std::vector<std::string> StateStore::TakeWanted(std::string_view target, const Family& family) {
  const MutexLock lock(mutex_);
  CollectorState* collector = FindCollector(target, family);
  return collector == nullptr ? std::vector<std::string>() : std::exchange(collector->wanted, {});
}

std::set<std::string, std::less<>> StateStore::UnneededDomains(std::string_view target,
                                                               const Family& family) {
  const MutexLock lock(mutex_);
  const CollectorState* collector = FindCollector(target, family);
  if (collector == nullptr) return {};
  return cckm::UnneededDomains(*collector, clock_.SteadyNow());
}

void StateStore::ForgetDomains(std::string_view target, const Family& family,
                               const std::vector<std::string>& domain_ids) {
  const MutexLock lock(mutex_);
  CollectorState* collector = FindCollector(target, family);
  if (collector == nullptr) return;
  const auto unneeded = cckm::UnneededDomains(*collector, clock_.SteadyNow());
  for (const std::string& id : domain_ids) {
    const LabelValue label(id);
    if (unneeded.contains(label.text())) collector->hidden_histories.erase(label.text());
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
  return ReduceSchedules(update, std::move(prepared), target->schedules);
}

void StateStore::AdvanceSchedules() const {
  for (TargetState& target : targets_) {
    if (!target.schedules.was_read) continue;
    const bool domains_may_have_changed =
        std::exchange(target.covered_update, updates_) != updates_;
    const Nanoseconds ahead = target.observation.clock_skew.value_or(Nanoseconds::zero());
    cckm::AdvanceSchedules(clock_.Now() + ahead, domains_may_have_changed, target);
  }
}

void StateStore::Read(const Reader& reader) const {
  const MutexLock lock(mutex_);
  AdvanceSchedules();
  reader({.targets = targets_,
          .now = clock_.SteadyNow(),
          .updates = updates_,
          .shown_updates = shown_updates_});
}

bool StateStore::ReadForExposition(const Reader& reader) {
  const MutexLock lock(mutex_);
  AdvanceSchedules();
  reader({.targets = targets_,
          .now = clock_.SteadyNow(),
          .updates = updates_,
          .shown_updates = shown_updates_});
  const std::uint64_t shown_before = std::exchange(shown_updates_, updates_);
  const bool some_wait = std::ranges::any_of(
      targets_, [&](const TargetState& target) { return WaitsToShowCounts(target, shown_before); });
  return !some_wait;
}

}  // namespace cckm
