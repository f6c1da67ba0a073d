#include "exporter/state/target_setup.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "exporter/state/domain_gate.h"
#include "exporter/state/reduce_poll.h"
#include "exporter/state/reduce_schedules.h"

namespace cckm {
namespace {

// Marks the refreshes of these ids as configured, adding those that are missing, and no others.
void Configure(CollectorState& collector, const std::vector<std::string>& refresh_ids) {
  KeyedStore<RefreshState>& refreshes = collector.refreshes;
  for (const RefreshState& refresh : refreshes) refreshes.Change(refresh).is_configured = false;
  for (const std::string& raw_id : refresh_ids) {
    LabelValue id(raw_id);
    const RefreshState* refresh = refreshes.Find(id.text());
    if (refresh == nullptr) refresh = &refreshes.Add(RefreshState(std::move(id)));
    RefreshState& changed = refreshes.Change(*refresh);
    changed.is_configured = true;
    changed.is_watched = true;
    changed.is_vanished = false;
  }
  for (const RefreshState& refresh : refreshes) {
    if (!refresh.is_configured) refreshes.Change(refresh).is_watched &= collector.discovers;
  }
  collector.domains.ChangeAll();  // their newest refreshes may be stale in another way
}

void RestoreCounts(CollectorState& collector, CollectorMemory& memory, SteadyTime now) {
  collector.durations = std::move(memory.durations);
  for (auto& [id, history] : memory.domains) {
    collector.hidden_histories.emplace(LabelValue(id).text(),
                                       HiddenHistory(std::move(history), now));
  }
}

// Those that the state does not know yet: their poller takes them for known, and asks for none.
void RestoreRefreshes(CollectorMemory memory, const UpdateMoment& moment, const TargetState& target,
                      CollectorState& collector) {
  const DomainLabels no_labels;
  StateReducer reducer = ReducerFor(target, collector, no_labels, moment);
  for (RefreshAnswer& answer : memory.refreshes) {
    const RefreshState* known = collector.refreshes.Find(LabelValue(answer.refresh.id).text());
    if (known != nullptr && known->was_seen) {
      RefreshState& changed = ChangeWithDomains(*known, collector);
      changed.is_watched = known->is_configured || collector.discovers;
      changed.is_vanished = false;
      continue;
    }
    const bool some_were_left_out = answer.left_out.counts != DomainCounts{};
    // Of its own: those that passed before are held by now.
    DomainGate().Pass(answer, [&](std::span<const std::string_view> labels) {
      return LookAt(labels, target, collector);
    });
    // Of those that were left out before, nobody knows which they are.
    if (some_were_left_out) answer.left_out.marks.clear();
    reducer.Reduce(answer);
    if (answer.counts) reducer.RestoreExemplar(answer.refresh);
  }
}

// Decides what is shown after a change of what is watched.
void Sweep(const UpdateMoment& moment, const TargetState& target, CollectorState& collector) {
  const DomainLabels no_labels;
  StateReducer reducer = ReducerFor(target, collector, no_labels, moment);
  reducer.NeedSweep();
  reducer.Finish();
  collector.dropped_domains = CountLeftOut(collector.refreshes);
  collector.left_out_changes = 0;
}

void SetUpCollector(const CollectorSetup& setup, const UpdateMoment& moment, TargetState& target) {
  CollectorState* collector = FindCollector(&target, *setup.family);
  const bool is_new = collector == nullptr;
  if (is_new) collector = &target.collectors.emplace_back(*setup.family, moment.bounds);
  const DomainLabels no_labels;
  ReducerFor(target, *collector, no_labels, moment).ExpectAnew();
  collector->discovers = setup.discovers;
  Configure(*collector, setup.refresh_ids);
  collector->unreadable_id_files = setup.unreadable_id_files;
  if (setup.memory) {
    if (is_new) RestoreCounts(*collector, *setup.memory, moment.now);
    RestoreRefreshes(std::move(*setup.memory), moment, target, *collector);
    Unwatch(*collector, setup.unwatched_ids, false);
  }
  Sweep(moment, target, *collector);
}

void SetUpAddresses(std::vector<AddressState> addresses, TargetState& target) {
  target.address_labels.clear();
  for (const AddressState& address : addresses) target.address_labels.emplace_back(address.url);
  target.observation.addresses = std::move(addresses);
}

}  // namespace

void SetUp(TargetSetup setup, const UpdateMoment& moment, TargetState& target) {
  target.label = LabelValue(setup.options.name);
  target.options = std::move(setup.options);
  SetUpSchedules(target);
  target.login_error.reset();  // of an account that may be another now
  SetUpAddresses(std::move(setup.addresses), target);
  std::erase_if(target.collectors, [&](const CollectorState& collector) {
    return std::ranges::find(setup.collectors, collector.family, &CollectorSetup::family) ==
           setup.collectors.end();
  });
  for (const CollectorSetup& wanted : setup.collectors) {
    SetUpCollector(wanted, moment, target);
  }
}

void ExpectAnew(const UpdateMoment& moment, TargetState& target) {
  const DomainLabels no_labels;
  for (CollectorState& collector : target.collectors) {
    ReducerFor(target, collector, no_labels, moment).ExpectAnew();
  }
}

void SetUpRefreshIds(const std::vector<std::string>& refresh_ids, std::size_t unreadable_id_files,
                     const UpdateMoment& moment, const TargetState& target,
                     CollectorState& collector) {
  Configure(collector, refresh_ids);
  collector.unreadable_id_files = unreadable_id_files;
  Sweep(moment, target, collector);
}

}  // namespace cckm
