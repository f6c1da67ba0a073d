#include "exporter/state/fold_refresh.h"

#include <algorithm>
#include <chrono>
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
  if (domain.newest != &refresh) domain.detail.clear();
  domain.newest = &refresh;
  domain.status = status;
}

// Keeps what the domain's newest refresh says of it, and no memory for one that completed.
void KeepDetail(DomainState& domain, const DomainRefresh& named) {
  if (named.status != DomainStatus::kCompleted) {
    domain.detail = named.detail;
    return;
  }
  domain.detail.clear();
  domain.detail.shrink_to_fit();
}

void TakeListed(DomainState& domain, ListedDomain listed) {
  domain.is_listed = true;
  domain.name = std::move(listed.name);
  domain.connection = std::move(listed.connection);
}

// A finished refresh that was gone for a while has changed only if it came back otherwise; a time
// that is taken for none now was told before.
bool ChangedAfterFinish(const RefreshState& state, const RefreshAnswer& answer) {
  if (!state.settled) return false;
  const bool same_status =
      state.status == RefreshStatus::kNotFound || state.status == answer.refresh.status;
  const bool same_time = state.completed_at == answer.refresh.completed_at ||
                         answer.refresh.anomalies.Has(Anomaly::kBadTimestamp);
  return !answer.settled || !same_status || !same_time;
}

}  // namespace

RefreshFolder::RefreshFolder(CollectorState& collector, const BucketBounds& bounds,
                             std::uint64_t update_number, SteadyTime now, WallTime wall_now)
    : collector_(collector),
      bounds_(bounds),
      update_number_(update_number),
      now_(now),
      wall_now_(wall_now) {}

AnomalySet RefreshFolder::Fold(const RefreshAnswer& answer, bool is_new) {
  RefreshState* state = collector_.refreshes.Find(answer.refresh.id);
  if (state == nullptr) {
    // One that is shown no longer may still be looked at.
    if (answer.kind != RefreshAnswer::Kind::kRefresh) return FoldUnwatched(answer.refresh);
    state = &collector_.refreshes.Add(RefreshState(LabelValue(answer.refresh.id)));
  }
  // Whoever is neither configured nor discovered was on the wire when it left.
  state->is_watched = state->is_configured || collector_.discovers;
  AnomalySet anomalies = answer.refresh.anomalies;
  if (answer.kind == RefreshAnswer::Kind::kNoUsableAnswer) {
    state->unanswered = !state->settled;
  } else {
    const bool is_next_in_turn = state->was_seen && !state->unanswered && !state->settled;
    state->answer_gap = is_next_in_turn ? now_ - state->answered_at : Nanoseconds::zero();
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

AnomalySet RefreshFolder::FoldUnwatched(const Refresh& refresh) {
  AnomalySet anomalies = refresh.anomalies;
  auto& counted = collector_.unwatched_anomalies.counted;
  if (anomalies.empty()) return {};
  if (counted.size() >= UnwatchedAnomalies::kMost && !counted.contains(refresh.id)) return {};
  AnomalySet& before = counted[refresh.id];
  anomalies.Remove(before);
  before.Add(anomalies);
  return anomalies;
}

void RefreshFolder::FoldRefresh(RefreshState& state, const RefreshAnswer& answer, bool is_new,
                                AnomalySet& anomalies) {
  const Refresh& refresh = answer.refresh;
  if (ChangedAfterFinish(state, answer)) anomalies.Add(Anomaly::kChangedAfterFinish);
  const bool is_first_answer = !std::exchange(state.was_seen, true);
  if (is_first_answer) state.was_finished_when_first_seen = IsFinished(refresh.status);
  state.status = refresh.status;
  state.settled = answer.settled;
  if (refresh.created_at < state.created_at) newest_may_have_changed_ = true;
  state.created_at = refresh.created_at;
  state.completed_at = refresh.completed_at;
  RenewDomains(state, refresh, is_first_answer);
  if (Leaves(state)) is_sweep_needed_ = true;
  if (!answer.settled) return;
  if (is_new) cckm::Count(refresh, collector_.durations, wall_now_);
  for (std::size_t i = 0; i < state.domains.size(); ++i) {
    const auto [domain, status] = state.domains[i];
    DomainHistory& history =
        domain != nullptr ? domain->history : HistoryOf(refresh.domains[i].domain_id);
    history.Consider(refresh, status);
    if (is_new) history.Count(refresh, status, wall_now_);
  }
}

void RefreshFolder::Count(const Refresh& refresh) {
  cckm::Count(refresh, collector_.durations, wall_now_);
  for (const DomainRefresh& named : refresh.domains) {
    DomainHistory& history = HistoryOf(named.domain_id);
    history.Consider(refresh, named.status);
    history.Count(refresh, named.status, wall_now_);
  }
}

void RefreshFolder::Recall(const Refresh& refresh) {
  cckm::Recall(refresh, collector_.durations);
  for (const DomainRefresh& named : refresh.domains) {
    cckm::Recall(refresh, named.status, HistoryOf(named.domain_id));
  }
}

// A domain that is shown no longer is counted where its history rests.
DomainHistory& RefreshFolder::HistoryOf(std::string_view raw_id, bool is_listed) {
  const LabelValue id(raw_id);
  DomainState* domain = collector_.domains.Find(id.text());
  DomainHistory& history =
      domain != nullptr
          ? domain->history
          : collector_.resting_histories.try_emplace(id.text(), bounds_).first->second;
  Meet(raw_id, history, is_listed);
  return history;
}

// Notes since when a domain is known and whether it was listed, and what of that is new.
void RefreshFolder::Meet(std::string_view raw_id, DomainHistory& history, bool is_listed) {
  const bool is_known = history.first_seen_at.has_value();
  if (is_known && (history.was_listed || !is_listed)) return;
  if (!is_known) history.first_seen_at = wall_now_;
  history.was_listed = history.was_listed || is_listed;
  collector_.met.push_back({.domain_id = std::string(raw_id),
                            .first_seen_at = *history.first_seen_at,
                            .was_listed = history.was_listed});
}

void RefreshFolder::RenewDomains(RefreshState& state, const Refresh& refresh,
                                 bool is_first_answer) {
  std::vector<NamedDomain> before = std::exchange(state.domains, {});
  state.domains.reserve(refresh.domains.size());
  for (const DomainRefresh& named : refresh.domains) {
    // Most answers name the same domains in the same order as the one before.
    const std::size_t position = state.domains.size();
    DomainState* expected = position < before.size() ? before[position].domain : nullptr;
    DomainState* domain = FindOrAddDomain(named.domain_id, expected, state, is_first_answer);
    state.domains.push_back({domain, named.status});
    if (domain == nullptr) continue;
    ++domain->named_by;
    ConsiderNewest(*domain, state, named.status);
    if (domain->newest == &state) KeepDetail(*domain, named);
  }
  ReleaseDomains(state, before);
}

// Takes back that `state` names the domains it named before its current ones.
void RefreshFolder::ReleaseDomains(const RefreshState& state,
                                   const std::vector<NamedDomain>& before) {
  for (const NamedDomain& named : before) {
    if (named.domain != nullptr) --named.domain->named_by;
  }
  if (std::ranges::equal(before, state.domains, {}, &NamedDomain::domain, &NamedDomain::domain))
    return;
  std::set<const DomainState*> current;
  for (const NamedDomain& named : state.domains) current.insert(named.domain);
  for (const NamedDomain& named : before) {
    if (named.domain == nullptr || current.contains(named.domain)) continue;
    if (named.domain->newest == &state) named.domain->newest = nullptr;
    newest_may_have_changed_ = true;
  }
}

// `expected`, which may be null, is where to look first.  Null for a domain that exists no more,
// unless a refresh that was not known before names it.
DomainState* RefreshFolder::FindOrAddDomain(std::string_view raw_id, DomainState* expected,
                                            const RefreshState& named_by, bool is_first_answer) {
  if (LabelValue::IsItself(raw_id)) {
    if (expected != nullptr && expected->id.text() == raw_id) return expected;
    if (DomainState* domain = collector_.domains.Find(raw_id)) return domain;
  }
  LabelValue id(raw_id);
  if (DomainState* domain = collector_.domains.Find(id.text())) return domain;
  const auto gone = collector_.gone_domains.find(id.text());
  if (gone != collector_.gone_domains.end()) {
    if (!is_first_answer || !IsNewTo(id.text(), named_by)) return nullptr;
    collector_.gone_domains.erase(gone);
  }
  DomainState& added =
      AddDomain(std::move(id), named_by.was_finished_when_first_seen ? 0 : update_number_);
  Meet(raw_id, added.history, false);
  return &added;
}

// True for a refresh that is newer than all that finished for a domain which is shown no longer:
// not for an old one that is looked at again.
bool RefreshFolder::IsNewTo(std::string_view domain, const RefreshState& refresh) const {
  const auto resting = collector_.resting_histories.find(domain);
  if (resting == collector_.resting_histories.end()) return true;
  const auto& newest = resting->second.newest_finished;
  return !newest || *newest < RefreshOrder{refresh.created_at, refresh.id.text()};
}

DomainState& RefreshFolder::AddDomain(LabelValue id, std::uint64_t born_in_update) {
  DomainState& domain = collector_.domains.Add(DomainState(std::move(id), bounds_));
  domain.born_in_update = born_in_update;
  if (auto resting = collector_.resting_histories.extract(domain.id.text())) {
    domain.history = std::move(resting.mapped());
    // What was shown before needs no beginning at 0.
    if (domain.history.totals != DomainEndCounts{}) domain.born_in_update = 0;
  }
  if (auto listed = collector_.listed_unshown.extract(domain.id.text())) {
    TakeListed(domain, std::move(listed.mapped()));
  }
  return domain;
}

void RefreshFolder::FoldDomainListing(const DomainListing& listing) {
  is_sweep_needed_ = true;
  collector_.has_domain_list = true;
  if (listing.is_complete) {
    collector_.listed_unshown.clear();
    for (DomainState& domain : collector_.domains) domain.is_listed = false;
  }
  for (const DomainName& named : listing.domains) {
    (void)HistoryOf(named.id, listing.is_complete);
    ListedDomain listed{LabelValue(named.id), LabelValue(named.name), LabelValue(named.connection)};
    collector_.gone_domains.erase(listed.id.text());
    if (DomainState* shown = collector_.domains.Find(listed.id.text())) {
      TakeListed(*shown, std::move(listed));
    } else {
      std::string id = listed.id.text();
      collector_.listed_unshown.insert_or_assign(std::move(id), std::move(listed));
    }
  }
  if (!listing.is_complete) return;
  for (const DomainState& domain : collector_.domains) {
    if (!domain.is_listed) collector_.gone_domains.insert(domain.id.text());
  }
}

// Configured refreshes stay.  A discovered one stays a day beyond its end, and longer while it is
// the newest of some domain.
bool RefreshFolder::Leaves(const RefreshState& refresh) const {
  constexpr Nanoseconds kShownAfterEnd = std::chrono::hours(24);
  if (refresh.is_configured) return false;
  const bool is_over = !refresh.is_watched || (refresh.settled && refresh.completed_at &&
                                               *refresh.completed_at + kShownAfterEnd <= wall_now_);
  if (!is_over) return false;
  const auto is_its_newest = [&](const NamedDomain& named) {
    return named.domain != nullptr && named.domain->newest == &refresh;
  };
  return !collector_.discovers || std::ranges::none_of(refresh.domains, is_its_newest);
}

void RefreshFolder::RemoveRefreshes() {
  collector_.refreshes.RemoveIf([this](const RefreshState& refresh) {
    if (!Leaves(refresh)) return false;
    for (const NamedDomain& named : refresh.domains) {
      if (named.domain == nullptr) continue;
      --named.domain->named_by;
      if (named.domain->newest == &refresh) named.domain->newest = nullptr;
    }
    newest_may_have_changed_ = true;
    return true;
  });
}

void RefreshFolder::FindNewest() {
  if (!newest_may_have_changed_) return;
  for (const RefreshState& refresh : collector_.refreshes) {
    for (const NamedDomain& named : refresh.domains) {
      if (named.domain != nullptr) ConsiderNewest(*named.domain, refresh, named.status);
    }
  }
}

// Whether the lists tell of domains that no refresh names.
bool RefreshFolder::ShowsNeverRefreshed() const {
  return collector_.discovers && collector_.list_is_complete &&
         !collector_.list_has_unreadable_entries && collector_.has_domain_list;
}

bool RefreshFolder::IsKept(const DomainState& domain) const {
  if (collector_.gone_domains.contains(domain.id.text())) return false;
  if (domain.named_by != 0) return true;
  return ShowsNeverRefreshed() && domain.is_listed &&
         !collector_.left_out_domains.contains(domain.id.text());
}

void RefreshFolder::RemoveDomains() {
  std::set<const DomainState*> leaving;
  for (DomainState& domain : collector_.domains) {
    if (!IsKept(domain)) leaving.insert(&domain);
  }
  if (leaving.empty()) return;
  for (RefreshState& refresh : collector_.refreshes) {
    for (NamedDomain& named : refresh.domains) {
      if (leaving.contains(named.domain)) named.domain = nullptr;
    }
  }
  for (DomainState& domain : collector_.domains) {
    if (!leaving.contains(&domain)) continue;
    const std::string& id = domain.id.text();
    collector_.resting_histories.emplace(id, std::move(domain.history));
    if (!domain.is_listed) continue;
    collector_.listed_unshown.emplace(
        id, ListedDomain{domain.id, std::move(domain.name), std::move(domain.connection)});
  }
  collector_.domains.RemoveIf([&](const DomainState& domain) { return leaving.contains(&domain); });
}

void RefreshFolder::AddNeverRefreshed() {
  if (!ShowsNeverRefreshed()) return;
  auto& listed = collector_.listed_unshown;
  for (auto place = listed.begin(); place != listed.end();) {
    const auto& [id, domain] = *place++;  // which AddDomain() takes out
    if (!collector_.left_out_domains.contains(id)) AddDomain(domain.id, update_number_);
  }
}

void RefreshFolder::Finish() {
  if (!is_sweep_needed_ && !newest_may_have_changed_) return;
  RemoveRefreshes();
  FindNewest();
  RemoveDomains();
  AddNeverRefreshed();
}

}  // namespace cckm
