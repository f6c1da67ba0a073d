// The part of state_reducer.h about which refreshes are shown, and which is a domain's newest.

#include <algorithm>
#include <optional>

#include "exporter/state/state_reducer.h"

namespace cckm {
namespace {

// As of their RefreshOrder.
bool IsOlder(const RefreshState& a, const RefreshState& b) {
  if (a.created_at != b.created_at) return a.created_at < b.created_at;
  return a.id.text() < b.id.text();
}

bool FailedForUnknownDomains(const RefreshState& refresh) {
  return refresh.status == RefreshStatus::kFailed && refresh.finished &&
         refresh.finished->FailedForUnknownDomains();
}

}  // namespace

// Makes `refresh` the domain's newest if it is.
void StateReducer::ConsiderNewest(const DomainState& domain, const RefreshState& refresh,
                                  DomainStatus status) {
  const bool is_newest = domain.newest == &refresh;
  if (domain.newest != nullptr && !is_newest && IsOlder(refresh, *domain.newest)) return;
  if (is_newest && domain.status == status) return;
  DomainState& changed = collector_.domains.Change(domain);
  if (!is_newest) changed.detail.clear();
  changed.newest = &refresh;
  changed.status = status;
}

void StateReducer::LoseNewest(const DomainState& domain, const RefreshState& refresh) {
  if (domain.newest == &refresh) collector_.domains.Change(domain).newest = nullptr;
}

// Configured refreshes stay.  A discovered one stays a day beyond its end, and longer while it is
// the newest of some domain.
bool StateReducer::Leaves(const RefreshState& refresh) const {
  if (refresh.is_configured) return false;
  const bool was_let_go = !refresh.is_watched && !(refresh.is_vanished && collector_.discovers);
  const bool is_over = was_let_go || (refresh.is_final() && refresh.completed_at &&
                                      *refresh.completed_at + kShownAfterEnd <= setting_.wall_now);
  if (!is_over) return false;
  const auto is_its_newest = [&](const NamedDomain& named) {
    return named.domain != nullptr && named.domain->newest == &refresh;
  };
  return !collector_.discovers || std::ranges::none_of(refresh.domains, is_its_newest);
}

// One that stays beyond its time is the newest of some domain, and leaves after a change.
void StateReducer::NoteWhenItLeaves(const RefreshState& refresh) {
  if (refresh.is_configured || !refresh.is_final() || !refresh.completed_at) return;
  const WallTime leaves_at = *refresh.completed_at + kShownAfterEnd;
  if (leaves_at > setting_.wall_now) {
    collector_.next_leaves_at = std::min(collector_.next_leaves_at, leaves_at);
  }
}

StateReducer::NewestByUnits StateReducer::NewestCompleted() const {
  NewestByUnits newest;
  if (std::ranges::none_of(collector_.refreshes, FailedForUnknownDomains)) return newest;
  for (const RefreshState& refresh : collector_.refreshes) {
    if (refresh.status != RefreshStatus::kCompleted || refresh.units == 0) continue;
    auto& created_at = newest[refresh.units];
    created_at = std::max(created_at, refresh.created_at);
  }
  return newest;
}

void StateReducer::RemoveRefreshes() {
  const NewestByUnits newest = NewestCompleted();
  const auto is_made_good = [&](const RefreshState& refresh) {
    if (refresh.is_configured || !FailedForUnknownDomains(refresh)) return false;
    const auto later = newest.find(refresh.units);
    return later != newest.end() && refresh.created_at < later->second;
  };
  collector_.next_leaves_at = WallTime::max();
  collector_.refreshes.RemoveIf([&](const RefreshState& refresh) {
    if (!Leaves(refresh) && !is_made_good(refresh)) {
      NoteWhenItLeaves(refresh);
      return false;
    }
    for (const NamedDomain& named : refresh.domains) {
      if (named.domain == nullptr) continue;
      Unname(*named.domain);
      LoseNewest(*named.domain, refresh);
    }
    newest_may_have_changed_ = true;
    ++collector_.left_out_changes;
    return true;
  });
}

void StateReducer::FindNewest() {
  if (!newest_may_have_changed_) return;
  for (const RefreshState& refresh : collector_.refreshes) {
    for (const NamedDomain& named : refresh.domains) {
      if (named.domain == nullptr) continue;
      const bool was_newest = named.domain->newest == &refresh;
      ConsiderNewest(*named.domain, refresh, named.status);
      if (was_newest || named.domain->newest != &refresh) continue;
      collector_.refreshes.ChangeUnseen(refresh).owes_detail = true;
    }
  }
}

}  // namespace cckm
