#include "exporter/state/fold_refresh.h"

#include <algorithm>
#include <set>
#include <utility>

namespace cckm {
namespace {

// As of their RefreshOrder.
bool IsOlder(const RefreshState& a, const RefreshState& b) {
  if (a.created_at != b.created_at) return a.created_at < b.created_at;
  return a.id.text() < b.id.text();
}

// Makes `refresh` the domain's newest if it is.
void ConsiderNewest(DomainState& domain, const RefreshState& refresh, DomainStatus status) {
  if (domain.newest != nullptr && domain.newest != &refresh && IsOlder(refresh, *domain.newest)) {
    return;
  }
  domain.newest = &refresh;
  domain.status = status;
}

// A finished refresh that was gone for a while has changed only if it came back otherwise.
bool ChangedAfterFinish(const RefreshState& state, const RefreshAnswer& answer) {
  if (!state.settled) return false;
  const bool same_status =
      state.status == RefreshStatus::kNotFound || state.status == answer.refresh.status;
  return !answer.settled || !same_status || state.completed_at != answer.refresh.completed_at;
}

}  // namespace

RefreshFolder::RefreshFolder(CollectorState& collector, const BucketBounds& bounds,
                             std::uint64_t update_number, SteadyTime now)
    : collector_(collector), bounds_(bounds), update_number_(update_number), now_(now) {}

AnomalySet RefreshFolder::Fold(const RefreshAnswer& answer, bool is_new) {
  RefreshState* state = collector_.refreshes.Find(answer.refresh.id);
  if (state == nullptr)
    state = &collector_.refreshes.Add(RefreshState(LabelValue(answer.refresh.id)));
  AnomalySet anomalies = answer.refresh.anomalies;
  if (answer.kind == RefreshAnswer::Kind::kNoUsableAnswer) {
    state->unanswered = !state->settled;
  } else {
    state->unanswered = false;
    state->answered_at = now_;
    if (answer.kind == RefreshAnswer::Kind::kNotFound) {
      state->status = RefreshStatus::kNotFound;
    } else {
      FoldRefresh(*state, answer, is_new, anomalies);
    }
  }
  anomalies.Remove(state->counted_anomalies);
  state->counted_anomalies.Add(anomalies);
  return anomalies;
}

void RefreshFolder::FoldRefresh(RefreshState& state, const RefreshAnswer& answer, bool is_new,
                                AnomalySet& anomalies) {
  const Refresh& refresh = answer.refresh;
  if (ChangedAfterFinish(state, answer)) anomalies.Add(Anomaly::kChangedAfterFinish);
  if (!std::exchange(state.was_seen, true)) {
    state.was_finished_when_first_seen = IsFinished(refresh.status);
  }
  state.status = refresh.status;
  state.settled = answer.settled;
  if (refresh.created_at < state.created_at) newest_may_have_changed_ = true;
  state.created_at = refresh.created_at;
  state.completed_at = refresh.completed_at;
  RenewDomains(state, refresh);
  if (!answer.settled) return;
  if (is_new) Count(refresh, collector_.durations);
  for (const NamedDomain& named : state.domains) {
    named.domain->history.Consider(refresh, named.status);
    if (is_new) named.domain->history.Count(refresh, named.status);
  }
}

void RefreshFolder::RenewDomains(RefreshState& state, const Refresh& refresh) {
  std::vector<NamedDomain> before = std::exchange(state.domains, {});
  state.domains.reserve(refresh.domains.size());
  for (const DomainRefresh& named : refresh.domains) {
    // Most answers name the same domains in the same order as the one before.
    const std::size_t position = state.domains.size();
    DomainState* expected = position < before.size() ? before[position].domain : nullptr;
    DomainState& domain = FindOrAddDomain(named.domain_id, expected, state);
    ++domain.named_by;
    ConsiderNewest(domain, state, named.status);
    state.domains.push_back({&domain, named.status});
  }
  ReleaseDomains(state, before);
}

// Takes back that `state` names the domains it named before its current ones.
void RefreshFolder::ReleaseDomains(const RefreshState& state,
                                   const std::vector<NamedDomain>& before) {
  for (const NamedDomain& named : before) --named.domain->named_by;
  if (std::ranges::equal(before, state.domains, {}, &NamedDomain::domain, &NamedDomain::domain))
    return;
  std::set<const DomainState*> current;
  for (const NamedDomain& named : state.domains) current.insert(named.domain);
  for (const NamedDomain& named : before) {
    if (current.contains(named.domain)) continue;
    if (named.domain->newest == &state) named.domain->newest = nullptr;
    newest_may_have_changed_ = true;
  }
}

// `expected`, which may be null, is where to look first.
DomainState& RefreshFolder::FindOrAddDomain(std::string_view raw_id, DomainState* expected,
                                            const RefreshState& named_by) {
  if (LabelValue::IsItself(raw_id)) {
    if (expected != nullptr && expected->id.text() == raw_id) return *expected;
    if (DomainState* domain = collector_.domains.Find(raw_id)) return *domain;
  }
  LabelValue id(raw_id);
  if (DomainState* domain = collector_.domains.Find(id.text())) return *domain;
  DomainState& domain = collector_.domains.Add(DomainState(std::move(id), bounds_));
  domain.born_in_update = named_by.was_finished_when_first_seen ? 0 : update_number_;
  return domain;
}

void RefreshFolder::Finish() {
  if (!newest_may_have_changed_) return;
  for (const RefreshState& refresh : collector_.refreshes) {
    for (const NamedDomain& named : refresh.domains)
      ConsiderNewest(*named.domain, refresh, named.status);
  }
  collector_.domains.RemoveIf([](const DomainState& domain) { return domain.named_by == 0; });
}

}  // namespace cckm
