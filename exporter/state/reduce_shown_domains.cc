// The part of state_reducer.h about which domains are shown, and what rests of the others.

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "exporter/state/state_reducer.h"

namespace cckm {

// The history of a domain that is not shown and was just heard of.
DomainHistory& StateReducer::HiddenHistoryOf(std::string_view id) {
  auto hidden = collector_.hidden_histories.find(id);
  if (hidden == collector_.hidden_histories.end()) {
    hidden = collector_.hidden_histories.emplace(id, setting_.bounds).first;
  }
  hidden->second.heard_of_at = setting_.now;
  return hidden->second.history;
}

bool StateReducer::StaysAway(std::string_view unshown, const RefreshState& named_by,
                             bool is_first_answer) {
  if (!IsDeleted(unshown) || (is_first_answer && IsNewTo(unshown, named_by))) return false;
  static_cast<void>(HiddenHistoryOf(unshown));
  return true;
}

// True for a refresh that is newer than all that finished for a domain which is shown no longer:
// not for an old one that is looked at again.
bool StateReducer::IsNewTo(std::string_view domain, const RefreshState& refresh) const {
  const auto hidden = collector_.hidden_histories.find(domain);
  if (hidden == collector_.hidden_histories.end()) return true;
  const auto& newest = hidden->second.history.newest_finished;
  return !newest ||
         newest->order < RefreshOrder{refresh.created_at, std::string(refresh.id.text())};
}

// Of a domain that is not shown.
bool StateReducer::IsDeleted(std::string_view unshown) const {
  if (!collector_.domain_list_tells || collector_.listed_unshown.contains(unshown)) return false;
  const auto hidden = collector_.hidden_histories.find(unshown);
  return hidden != collector_.hidden_histories.end() && hidden->second.history.was_listed;
}

// Whether the lists tell of domains that no refresh names.
bool StateReducer::ShowsNeverRefreshed() const {
  return collector_.discovers && collector_.list_is_complete &&
         !collector_.list_has_unreadable_entries && collector_.left_out_domains_are_all &&
         collector_.has_domain_list;
}

bool StateReducer::IsKept(const DomainState& domain) const {
  if (domain.is_deleted) return false;
  if (domain.named_by != 0) return true;
  return ShowsNeverRefreshed() && domain.is_listed &&
         !collector_.left_out_domains.contains(domain.id.text());
}

// What the domains that refreshes name leave of max_domains.
std::size_t StateReducer::RoomForNeverRefreshed() const {
  return setting_.max_domains - std::min(setting_.max_domains, collector_.named_domains);
}

void StateReducer::RemoveDomains() {
  std::set<const DomainState*> leaving;
  std::size_t never_refreshed = 0;
  for (const DomainState& domain : collector_.domains) {
    const bool is_kept =
        IsKept(domain) && (domain.named_by != 0 || ++never_refreshed <= RoomForNeverRefreshed());
    if (!is_kept) leaving.insert(&domain);
  }
  if (leaving.empty()) return;
  for (const RefreshState& refresh : collector_.refreshes) {
    for (NamedDomain& named : collector_.refreshes.ChangeUnseen(refresh).domains) {
      if (leaving.contains(named.domain)) named.domain = nullptr;
    }
  }
  const std::size_t staying = collector_.domains.size() - leaving.size();
  for (const DomainState& domain : collector_.domains) {
    if (leaving.contains(&domain)) HideDomain(domain, staying);
  }
  collector_.domains.RemoveIf([&](const DomainState& domain) { return leaving.contains(&domain); });
}

// `shown` domains stay.  A history that was neither listed nor finished is kept where there is
// room.
void StateReducer::HideDomain(const DomainState& leaving, std::size_t shown) {
  DomainState& domain = collector_.domains.ChangeUnseen(leaving);
  const std::string id(domain.id.text());
  if (domain.named_by != 0) --collector_.named_domains;
  collector_.named_changed_in_update = setting_.update_number;
  const DomainHistory& history = domain.history;
  if (history.newest_finished || history.was_listed ||
      collector_.hidden_histories.size() + shown < setting_.max_domains) {
    HiddenHistoryOf(id) = std::move(domain.history);
  }
  if (!domain.is_listed) return;
  collector_.listed_unshown.emplace(
      id, ListedDomain{domain.id, std::move(domain.name), std::move(domain.connection)});
}

void StateReducer::AddNeverRefreshed() {
  if (!ShowsNeverRefreshed()) return;
  auto& listed = collector_.listed_unshown;
  std::size_t room = RoomForNeverRefreshed();
  room -= std::min(room, collector_.domains.size() - collector_.named_domains);
  for (auto place = listed.begin(); place != listed.end() && room != 0;) {
    const auto& [id, domain] = *place++;  // which AddDomain() takes out
    if (collector_.left_out_domains.contains(id)) continue;
    AddDomain(domain.id, setting_.update_number);
    --room;
  }
}

}  // namespace cckm
