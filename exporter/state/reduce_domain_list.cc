// The part of state_reducer.h about the family's list of domains.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/state/state_reducer.h"

namespace cckm {
namespace {

// A list may be longer than anybody needs it.
constexpr std::size_t kMaxListedUnshown = 100'000;

}  // namespace

void TakeListed(DomainState& domain, ListedDomain listed) {
  domain.is_listed = true;
  domain.is_deleted = false;
  domain.name = std::move(listed.name);
  domain.connection = std::move(listed.connection);
}

LabelledListing LabelledListingOf(const DomainListing& listing) {
  LabelledListing labelled{.is_complete = listing.is_complete,
                           .tells_what_is_gone = listing.tells_what_is_gone,
                           .domains = {}};
  labelled.domains.reserve(listing.domains.size());
  for (const DomainName& named : listing.domains) {
    labelled.domains.push_back(
        {named.id, {LabelValue(named.id), LabelValue(named.name), LabelValue(named.connection)}});
  }
  return labelled;
}

void StateReducer::ReduceDomainListing(LabelledListing listing) {
  is_sweep_needed_ = true;
  collector_.has_domain_list = true;
  if (listing.is_complete) {
    collector_.has_whole_domain_list = true;
    collector_.domain_list_tells = !listing.domains.empty();
    collector_.listed_unshown.clear();
    SetListed(listing);
  }
  for (LabelledListing::Domain& named : listing.domains) {
    ListedDomain& listed = named.listed;
    const DomainState* const shown = collector_.domains.Find(listed.id.text());
    NoteListed(named, shown, listing.is_complete);
    if (shown != nullptr) {
      TakeListedAndExpect(*shown, std::move(listed));
    } else if (collector_.listed_unshown.size() < kMaxListedUnshown) {
      std::string id(listed.id.text());
      collector_.listed_unshown.insert_or_assign(std::move(id), std::move(listed));
    }
  }
  if (!listing.is_complete || !listing.tells_what_is_gone) return;
  for (const DomainState& domain : collector_.domains) {
    collector_.domains.ChangeUnseen(domain).is_deleted =
        collector_.domain_list_tells && !domain.is_listed && domain.history.was_listed;
  }
}

// Notes which of the shown domains a complete list has, and which it has no more.
void StateReducer::SetListed(const LabelledListing& listing) {
  std::vector<const DomainState*> listed;
  for (const LabelledListing::Domain& named : listing.domains) {
    listed.push_back(collector_.domains.Find(named.listed.id.text()));
  }
  std::ranges::sort(listed);
  for (const DomainState& domain : collector_.domains) {
    const bool is_listed = std::ranges::binary_search(listed, &domain);
    if (domain.is_listed != is_listed) collector_.domains.Change(domain).is_listed = is_listed;
  }
}

// Most lists say what the one before said.
void StateReducer::TakeListedAndExpect(const DomainState& domain, ListedDomain listed) {
  const bool says_the_same = domain.is_listed && !domain.is_deleted &&
                             domain.name.text() == listed.name.text() &&
                             domain.connection.text() == listed.connection.text();
  if (says_the_same) return;
  DomainState& changed = collector_.domains.Change(domain);
  TakeListed(changed, std::move(listed));
  Expect(changed, *collector_.family, setting_.options.expectations.get());
}

// A domain that was not listed before may be none of the list's: its absence tells nothing.
// `shown` is null for one that is not shown.
void StateReducer::NoteListed(const LabelledListing::Domain& named, const DomainState* shown,
                              bool list_is_complete) {
  const std::string_view id = named.listed.id.text();
  if (shown != nullptr) {
    MeetShown(named.raw_id, *shown, list_is_complete);
  } else if (collector_.hidden_histories.contains(id) ||
             collector_.hidden_histories.size() + collector_.domains.size() <
                 setting_.max_domains) {
    Meet(named.raw_id, HiddenHistoryOf(id), list_is_complete);
  }
}

}  // namespace cckm
