#include "exporter/app/recorder.h"

#include <iterator>
#include <utility>

#include "exporter/metrics/label_value.h"

namespace cckm {
namespace {

std::vector<FinishedRefresh> SettledOf(const PollUpdate& update) {
  std::vector<FinishedRefresh> settled;
  for (const RefreshAnswer& answer : update.answers) {
    if (!answer.settled) continue;
    settled.push_back({.refresh = &answer.refresh,
                       .counts = answer.counts,
                       .counted_at = update.wall_time,
                       .clock_ahead = update.observation.clock_skew.value_or(Nanoseconds::zero())});
  }
  return settled;
}

}  // namespace

void Recorder::OnUpdate(PollUpdate update) {
  parts_.state.LeaveOutDomains(update);
  StoreBaseline(update);
  const std::vector<bool> is_new = Store(update);
  parts_.self_metrics.Count(update);
  for (const NewAnomalies& found : parts_.state.Apply(update, is_new)) {
    parts_.self_metrics.Count(update.target, *update.family, found.kinds);
    parts_.events.OnAnomalies(update, found);
  }
  StoreMetDomains(update.target, *update.family,
                  parts_.state.TakeMetDomains(update.target, *update.family));
  parts_.events.OnUpdate(update, is_new);
  ForgetOld(update);
  if (parts_.publisher != nullptr) parts_.publisher->Notify();
}

void Recorder::OnLogin(const LoginUpdate& update) {
  parts_.self_metrics.Count(update);
  parts_.state.Apply(update);
  parts_.events.OnLogin(update);
  if (parts_.publisher != nullptr) parts_.publisher->Notify();
}

// For each settled answer whether it counts now: none of them while they cannot be stored.
std::vector<bool> Recorder::Store(const PollUpdate& update) {
  const std::vector<FinishedRefresh> settled = SettledOf(update);
  if (settled.empty()) return {};
  auto is_new = parts_.ledger.Commit(update.target, *update.family, settled);
  if (is_new) return std::move(*is_new);
  KeepAnswers(update);
  Complain(is_new.error());
  return std::vector<bool>(settled.size(), false);
}

void Recorder::StoreBaseline(const PollUpdate& update) {
  if (!update.baseline) return;
  const auto stored = parts_.ledger.SetBaseline(update.target, *update.family, *update.baseline);
  if (stored) return;
  KeepBaseline(update);
  Complain(stored.error());
}

// They are shown before they are stored: a later first time would only make an alert wait longer.
void Recorder::StoreMetDomains(std::string_view target, const Family& family,
                               std::vector<MetDomain> met) {
  if (met.empty()) return;
  const auto stored = parts_.ledger.Meet(target, family, met);
  if (stored) return;
  {
    const MutexLock lock(mutex_);
    auto& kept = pending_[{std::string(target), &family}].met;
    kept.insert(kept.end(), std::make_move_iterator(met.begin()),
                std::make_move_iterator(met.end()));
  }
  Complain(stored.error());
}

void Recorder::ForgetOld(const PollUpdate& update) {
  const bool has_whole_list =
      update.listing && update.listing->is_complete && !update.listing->has_unreadable_entries;
  if (!has_whole_list && !(update.domain_listing && update.domain_listing->is_complete)) return;
  const auto domains = parts_.state.UnneededDomains(update.target, *update.family);
  const Unneeded unneeded{
      .refresh = [&](std::string_view id) { return !update.listing->refresh_ids.contains(id); },
      .domain = [&](std::string_view id) { return domains.contains(LabelValue(id).text()); }};
  const WallTime now = parts_.clock.Now();
  if (has_whole_list) {
    const auto done = parts_.ledger.Forget(update.target, *update.family, now, unneeded);
    if (!done) Complain(done.error());
  }
  if (!domains.empty()) ForgetDomains(update, unneeded);
}

void Recorder::ForgetDomains(const PollUpdate& update, const Unneeded& unneeded) {
  const auto forgotten = parts_.ledger.ForgetDomains(update.target, *update.family,
                                                     parts_.clock.Now(), unneeded.domain);
  if (!forgotten) return Complain(forgotten.error());
  parts_.state.ForgetDomains(update.target, *update.family, *forgotten);
}

void Recorder::KeepAnswers(const PollUpdate& update) {
  const MutexLock lock(mutex_);
  Pending& kept = pending_[{std::string(update.target), update.family}];
  kept.clock_skew = update.observation.clock_skew;
  auto& answers = kept.answers;
  for (const RefreshAnswer& answer : update.answers) {
    if (answer.settled) answers.try_emplace(answer.refresh.id, answer);
  }
}

void Recorder::KeepBaseline(const PollUpdate& update) {
  const MutexLock lock(mutex_);
  pending_[{std::string(update.target), update.family}].baseline = update.baseline;
}

void Recorder::Complain(const Error& error) {
  parts_.status.CountLedgerFailure();
  parts_.events.OnLedgerFailure(error);
}

void Recorder::Retry() {
  std::map<CollectorKey, Pending> pending;
  {
    const MutexLock lock(mutex_);
    pending.swap(pending_);
  }
  for (auto& [collector, kept] : pending) {
    PollUpdate update;
    update.target = collector.first;
    update.family = collector.second;
    update.at = parts_.clock.SteadyNow();
    update.wall_time = parts_.clock.Now();
    update.baseline = kept.baseline;
    update.observation.clock_skew = kept.clock_skew;
    for (auto& [id, answer] : kept.answers) update.answers.push_back(std::move(answer));
    StoreBaseline(update);
    const std::vector<bool> is_new = Store(update);
    parts_.state.Count(update, is_new);
    StoreMetDomains(update.target, *update.family, std::move(kept.met));
  }
  RecoverIfNothingIsPending();
}

// Anything else that the ledger did is no proof: it may not have had to write.
void Recorder::RecoverIfNothingIsPending() {
  {
    const MutexLock lock(mutex_);
    if (!pending_.empty() || parts_.status.ledger_writable()) return;
    parts_.status.SetLedgerWritable();
  }
  parts_.events.OnLedgerRecovered();
  if (parts_.publisher != nullptr) parts_.publisher->Notify();
}

}  // namespace cckm
