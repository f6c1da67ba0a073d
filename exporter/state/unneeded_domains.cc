#include "exporter/state/unneeded_domains.h"

#include <algorithm>

#include "collectors/model/refresh.h"

namespace cckm {
namespace {

// What it says names domains that nobody knows.
bool IsUnknown(const RefreshState& refresh) {
  if (!refresh.is_watched || refresh.is_final() || refresh.status == RefreshStatus::kNotFound) {
    return false;
  }
  return refresh.unanswered || !refresh.was_seen;
}

bool KnowsItsRefreshes(const CollectorState& collector) {
  const bool knows_the_list = !collector.discovers || (collector.list_is_complete &&
                                                       !collector.list_has_unreadable_entries);
  return collector.poll.polled_once && knows_the_list &&
         std::ranges::none_of(collector.refreshes, IsUnknown);
}

}  // namespace

std::set<std::string, std::less<>> UnneededDomains(const CollectorState& collector,
                                                   SteadyTime now) {
  std::set<std::string, std::less<>> unneeded;
  if (collector.hidden_histories.empty() || !KnowsItsRefreshes(collector)) return unneeded;
  for (const auto& [id, hidden] : collector.hidden_histories) {
    const bool may_be_listed = hidden.history.was_listed && !collector.domain_list_tells;
    if (may_be_listed || now - hidden.heard_of_at < kShownAfterEnd) continue;
    if (!collector.listed_unshown.contains(id)) unneeded.insert(id);
  }
  return unneeded;
}

}  // namespace cckm
