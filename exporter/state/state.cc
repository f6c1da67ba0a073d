#include "exporter/state/state.h"

#include <algorithm>

namespace cckm {
namespace {

constexpr std::size_t kShownUnknown = 4;
constexpr std::size_t kShownNever = 5;
static_assert(kDomainShownNames[kShownUnknown] == DomainStatusName(DomainStatus::kUnknown));
static_assert(kDomainShownNames[kShownNever] == "never");

}  // namespace

std::size_t CountUnlisted(const CollectorState& collector) {
  if (!collector.has_whole_domain_list) return 0;
  return static_cast<std::size_t>(
      std::ranges::count(collector.domains, false, &DomainState::is_listed));
}

CollectorState* FindCollector(TargetState* target, const Family& family) {
  if (target == nullptr) return nullptr;
  const auto found = std::ranges::find(target->collectors, &family, &CollectorState::family);
  return found == target->collectors.end() ? nullptr : &*found;
}

RefreshState& ChangeWithDomains(const RefreshState& refresh, CollectorState& collector) {
  for (const NamedDomain& named : refresh.domains) {
    if (named.domain != nullptr) collector.domains.Change(*named.domain);
  }
  return collector.refreshes.Change(refresh);
}

SteadyTime StaleAt(const RefreshState& refresh, const TargetOptions& options) {
  if (refresh.is_final()) return SteadyTime::max();
  if (refresh.status == RefreshStatus::kNotFound && !refresh.is_watched) return SteadyTime::max();
  const Nanoseconds patience =
      std::max(options.shown.stale_after, kPollsUntilStale * refresh.answer_gap);
  return patience < SteadyTime::max() - refresh.answered_at ? refresh.answered_at + patience
                                                            : SteadyTime::max();
}

bool IsStale(const RefreshState& refresh, const TargetOptions& options, SteadyTime now) {
  return now >= StaleAt(refresh, options);
}

RefreshStatus ShownStatus(const RefreshState& refresh, const TargetOptions& options,
                          SteadyTime now) {
  return IsStale(refresh, options, now) ? RefreshStatus::kUnknown : refresh.status;
}

std::size_t ShownStatus(const DomainState& domain, const TargetOptions& options, SteadyTime now) {
  if (domain.newest == nullptr) return kShownNever;
  if (IsStale(*domain.newest, options, now)) return kShownUnknown;
  return static_cast<std::size_t>(domain.status);
}

bool IsLate(const DomainState& domain, WallTime now) {
  const DomainHistory& history = domain.history;
  const auto& since = history.last_success_at ? history.last_success_at : history.first_seen_at;
  return domain.expected && since && *since + domain.expected->length * kIntervalsUntilLate < now;
}

}  // namespace cckm
