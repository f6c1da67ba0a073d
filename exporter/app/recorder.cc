#include "exporter/app/recorder.h"

#include <utility>

namespace cckm {
namespace {

std::vector<FinishedRefresh> SettledOf(const std::vector<RefreshAnswer>& answers) {
  std::vector<FinishedRefresh> settled;
  for (const RefreshAnswer& answer : answers) {
    if (answer.settled) settled.push_back({.refresh = &answer.refresh, .counts = answer.counts});
  }
  return settled;
}

}  // namespace

void Recorder::OnUpdate(PollUpdate update) {
  StoreBaseline(update);
  const std::vector<bool> is_new = Store(update);
  parts_.self_metrics.Count(update);
  for (const NewAnomalies& found : parts_.state.Apply(update, is_new)) {
    parts_.self_metrics.Count(update.target, *update.family, found.kinds);
    parts_.events.OnAnomalies(update, found);
  }
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

bool Recorder::Succeeded(const Result<void>& done) {
  if (done) {
    if (!parts_.status.ledger_writable()) parts_.events.OnLedgerRecovered();
    parts_.status.SetLedgerWritable();
  } else {
    parts_.status.CountLedgerFailure();
    parts_.events.OnLedgerFailure(done.error());
  }
  return done.has_value();
}

// For each settled answer whether it counts now: none of them while they cannot be stored.
std::vector<bool> Recorder::Store(const PollUpdate& update) {
  const std::vector<FinishedRefresh> settled = SettledOf(update.answers);
  if (settled.empty()) return {};
  auto is_new = parts_.ledger.Commit(update.target, *update.family, settled);
  if (Succeeded(is_new.map([](const auto&) {}))) return std::move(*is_new);
  Keep(update);
  return std::vector<bool>(settled.size(), false);
}

void Recorder::Keep(const PollUpdate& update) {
  const MutexLock lock(mutex_);
  auto& pending = pending_[{std::string(update.target), update.family}];
  for (const RefreshAnswer& answer : update.answers) {
    if (answer.settled) pending.try_emplace(answer.refresh.id, answer);
  }
}

void Recorder::Retry() {
  std::map<CollectorKey, std::map<std::string, RefreshAnswer>> pending;
  {
    const MutexLock lock(mutex_);
    pending.swap(pending_);
  }
  for (auto& [collector, answers] : pending) {
    PollUpdate update;
    update.target = collector.first;
    update.family = collector.second;
    update.at = parts_.clock.SteadyNow();
    for (auto& [id, answer] : answers) update.answers.push_back(std::move(answer));
    const std::vector<bool> is_new = Store(update);
    parts_.state.Count(update, is_new);
    if (parts_.publisher != nullptr) parts_.publisher->Notify();
  }
}

void Recorder::StoreBaseline(const PollUpdate& update) {
  if (!update.baseline) return;
  Succeeded(parts_.ledger.SetBaseline(update.target, *update.family, *update.baseline));
}

void Recorder::ForgetOld(const PollUpdate& update) {
  if (!update.listing || !update.listing->is_complete) return;
  const auto& listed = update.listing->refresh_ids;
  Succeeded(parts_.ledger.Forget(
      update.target, *update.family, parts_.clock.Now(),
      [&listed](std::string_view refresh_id) { return listed.contains(refresh_id); }));
}

}  // namespace cckm
