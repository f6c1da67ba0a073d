// The part of state_reducer.h about the family's list of domains.

#include <string>
#include <utility>

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
    for (DomainState& domain : collector_.domains) domain.is_listed = false;
  }
  for (LabelledListing::Domain& named : listing.domains) {
    NoteListed(named, listing.is_complete);
    ListedDomain& listed = named.listed;
    if (DomainState* shown = collector_.domains.Find(listed.id.text())) {
      TakeListedAndExpect(*shown, std::move(listed));
    } else if (collector_.listed_unshown.size() < kMaxListedUnshown) {
      std::string id = listed.id.text();
      collector_.listed_unshown.insert_or_assign(std::move(id), std::move(listed));
    }
  }
  if (!listing.is_complete || !listing.tells_what_is_gone) return;
  for (DomainState& domain : collector_.domains) {
    domain.is_deleted =
        collector_.domain_list_tells && !domain.is_listed && domain.history.was_listed;
  }
}

// Most lists say what the one before said.
void StateReducer::TakeListedAndExpect(DomainState& domain, ListedDomain listed) {
  const bool is_renamed = domain.name.text() != listed.name.text() ||
                          domain.connection.text() != listed.connection.text();
  TakeListed(domain, std::move(listed));
  if (is_renamed) Expect(domain, *collector_.family, setting_.expectations);
}

// A domain that was not listed before may be none of the list's: its absence tells nothing.
void StateReducer::NoteListed(const LabelledListing::Domain& named, bool list_is_complete) {
  const std::string& id = named.listed.id.text();
  if (DomainState* shown = collector_.domains.Find(id)) {
    Meet(named.raw_id, shown->history, list_is_complete);
  } else if (collector_.hidden_histories.contains(id) ||
             collector_.hidden_histories.size() + collector_.domains.size() <
                 setting_.max_domains) {
    Meet(named.raw_id, HiddenHistoryOf(id), list_is_complete);
  }
}

}  // namespace cckm
