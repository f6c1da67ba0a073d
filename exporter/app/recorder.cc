#include "exporter/app/recorder.h"

#include <set>
#include <string>
#include <utility>

#include "exporter/metrics/label_value.h"

namespace cckm {
namespace {

CommitTime TimeOf(const PollUpdate& update) {
  return {.now = update.wall_time,
          .clock_ahead = update.observation.clock_skew.value_or(Nanoseconds::zero())};
}

}  // namespace

void Recorder::OnUpdate(PollUpdate update) {
  parts_.state.LeaveOutDomains(update);
  StoreBaseline(update);
  Store(update);
  parts_.self_metrics.Count(update);
  for (const NewAnomalies& found : parts_.state.Apply(update)) {
    parts_.self_metrics.Count(update.target, *update.family, found.kinds);
    parts_.events.OnAnomalies(update, found);
  }
  StoreMetDomains(update, parts_.state.TakeMetDomains(update.target, *update.family));
  parts_.events.OnUpdate(update);
  ForgetOld(update);
  if (parts_.publisher != nullptr) parts_.publisher->Notify();
}

std::vector<std::string> Recorder::TakeWanted(std::string_view target, const Family& family) {
  return parts_.state.TakeWanted(target, family);
}

void Recorder::OnLogin(const LoginUpdate& update) {
  parts_.self_metrics.Count(update);
  parts_.state.Apply(update);
  parts_.events.OnLogin(update);
  if (parts_.publisher != nullptr) parts_.publisher->Notify();
}

void Recorder::OnSchedules(ScheduleUpdate update) {
  parts_.self_metrics.Count(update);
  for (const UnreadableSchedule& found : parts_.state.Apply(update)) {
    parts_.self_metrics.CountUnreadableSchedule(update.target, found.family);
    parts_.events.OnUnreadableSchedule(update, found);
  }
  parts_.events.OnSchedules(update);
  if (parts_.publisher != nullptr) parts_.publisher->Notify();
}

// None of the answers counts while they cannot be stored.
void Recorder::Store(PollUpdate& update) {
  const CollectorKey collector{update.target, update.family};
  const MutexLock lock(mutex_);
  const auto stored =
      parts_.ledger.Commit(update.target, *update.family, TimeOf(update), update.answers);
  if (stored) {
    const auto pending = pending_.find(collector);
    if (pending != pending_.end()) pending->second.Forget(update.answers);
    return;
  }
  ReportError(stored.error());
  Unstored& pending = pending_[collector];
  pending.NoteClockSkew(update.observation.clock_skew);
  std::size_t without_room = 0;
  for (const RefreshAnswer& answer : update.answers) {
    if (answer.is_final && !pending.Keep(answer)) ++without_room;
  }
  if (without_room != 0) parts_.events.OnNoRoom(update, without_room);
}

void Recorder::StoreBaseline(const PollUpdate& update) {
  if (!update.baseline) return;
  const MutexLock lock(mutex_);
  const auto stored = parts_.ledger.SetBaseline(update.target, *update.family, *update.baseline);
  if (stored) return;
  ReportError(stored.error());
  pending_[{std::string(update.target), update.family}].Keep(*update.baseline);
}

// They are shown before they are stored: a later first time would only make an alert wait longer.
void Recorder::StoreMetDomains(const PollUpdate& update, std::vector<MetDomain> met) {
  if (met.empty()) return;
  const MutexLock lock(mutex_);
  const auto stored = parts_.ledger.Meet(update.target, *update.family, met);
  if (stored) return;
  ReportError(stored.error());
  Unstored& pending = pending_[{std::string(update.target), update.family}];
  for (MetDomain& domain : met) pending.Keep(std::move(domain));
}

void Recorder::ForgetOld(const PollUpdate& update) {
  const bool has_whole_list = update.listing && update.listing->is_complete &&
                              update.listing->tells_what_is_gone &&
                              !update.listing->has_unreadable_entries;
  const bool has_whole_domain_list = update.domain_listing && update.domain_listing->is_complete &&
                                     update.domain_listing->tells_what_is_gone;
  if (!has_whole_list && !has_whole_domain_list) return;
  const auto domains = parts_.state.UnneededDomains(update.target, *update.family);
  std::set<std::string_view> listed;  // made when it is needed, which is seldom
  const Unneeded unneeded{
      .refresh =
          [&](std::string_view id) {
            const IdList& ids = update.listing->refresh_ids;
            if (listed.empty()) listed.insert(ids.begin(), ids.end());
            return !listed.contains(id);
          },
      .domain = [&](std::string_view id) { return domains.contains(LabelValue(id).text()); }};
  const WallTime now = parts_.clock.Now();
  if (has_whole_list) {
    const auto done = parts_.ledger.Forget(update.target, *update.family, now, unneeded);
    if (!done) ReportError(done.error());
  }
  if (!domains.empty()) ForgetDomains(update, unneeded);
}

void Recorder::ForgetDomains(const PollUpdate& update, const Unneeded& unneeded) {
  const auto forgotten = parts_.ledger.ForgetDomains(update.target, *update.family,
                                                     parts_.clock.Now(), unneeded.domain);
  if (!forgotten) return ReportError(forgotten.error());
  parts_.state.ForgetDomains(update.target, *update.family, *forgotten);
}

void Recorder::ReportError(const Error& error) {
  parts_.status.CountLedgerFailure();
  parts_.events.OnLedgerFailure(error);
}

void Recorder::Retry() {
  bool counted = false;
  for (const CollectorKey& collector : Pending()) {
    StorePendingBaseline(collector);
    counted = StorePendingAnswers(collector) || counted;
    while (StoreSomePendingMet(collector)) {
    }
  }
  const bool recovered = RecoverIfNothingIsPending();
  if ((counted || recovered) && parts_.publisher != nullptr) parts_.publisher->Notify();
}

std::vector<Recorder::CollectorKey> Recorder::Pending() {
  const MutexLock lock(mutex_);
  std::vector<CollectorKey> collectors;
  for (const auto& [collector, unstored] : pending_) collectors.push_back(collector);
  return collectors;
}

void Recorder::StorePendingBaseline(const CollectorKey& collector) {
  const MutexLock lock(mutex_);
  Unstored& pending = pending_[collector];
  if (!pending.baseline()) return;
  const auto stored =
      parts_.ledger.SetBaseline(collector.first, *collector.second, *pending.baseline());
  if (!stored) return ReportError(stored.error());
  pending.ForgetBaseline();
}

// True if something counts now.
bool Recorder::StorePendingAnswers(const CollectorKey& collector) {
  PollUpdate update;
  update.target = collector.first;
  update.family = collector.second;
  update.at = parts_.clock.SteadyNow();
  update.wall_time = parts_.clock.Now();
  bool counted = false;
  while (StoreSomePendingAnswers(collector, update)) {
    parts_.state.Count(update);
    counted = true;
  }
  return counted;
}

// Stores some of the answers that wait, and leaves them in `update`.  False where none was stored.
bool Recorder::StoreSomePendingAnswers(const CollectorKey& collector, PollUpdate& update) {
  const MutexLock lock(mutex_);
  Unstored& pending = pending_[collector];
  update.answers = pending.SomeAnswers();
  if (update.answers.empty()) return false;
  update.observation.clock_skew = pending.clock_skew();
  const auto stored =
      parts_.ledger.Commit(update.target, *update.family, TimeOf(update), update.answers);
  if (stored) {
    pending.Forget(update.answers);
  } else {
    ReportError(stored.error());
  }
  return stored.has_value();
}

// The same of the domains that wait.
bool Recorder::StoreSomePendingMet(const CollectorKey& collector) {
  const MutexLock lock(mutex_);
  Unstored& pending = pending_[collector];
  const std::vector<MetDomain> some = pending.SomeMet();
  if (some.empty()) return false;
  const auto stored = parts_.ledger.Meet(collector.first, *collector.second, some);
  if (stored) {
    pending.Forget(some);
  } else {
    ReportError(stored.error());
  }
  return stored.has_value();
}

// Anything else that the ledger did is no proof: it may not have had to write.
bool Recorder::RecoverIfNothingIsPending() {
  {
    const MutexLock lock(mutex_);
    std::erase_if(pending_, [](const auto& entry) { return entry.second.empty(); });
    if (!pending_.empty() || parts_.status.ledger_writable()) return false;
    parts_.status.SetLedgerWritable();
  }
  parts_.events.OnLedgerRecovered();
  return true;
}

}  // namespace cckm
