#include "exporter/ledger/history.h"

#include <algorithm>
#include <utility>

namespace cckm {
namespace {

// The end of a refresh for a domain, as an index of kDomainEndNames; none if it tells none.
std::optional<std::size_t> EndFor(DomainStatus status) {
  switch (status) {
    case DomainStatus::kCompleted:
      return 0;
    case DomainStatus::kFailed:
      return 1;
    case DomainStatus::kCancelled:
      return 2;
    case DomainStatus::kInProgress:
    case DomainStatus::kUnknown:
      break;
  }
  return std::nullopt;
}
static_assert(kDomainResultNames[1] == kDomainEndNames[0]);
static_assert(kDomainResultNames[3] == kDomainEndNames[2]);

// The end of a refresh, as an index of kRefreshEndNames.  REQUIRES: finished.
std::size_t EndOf(RefreshStatus status) {
  return static_cast<std::size_t>(status) - static_cast<std::size_t>(RefreshStatus::kCompleted);
}
static_assert(kRefreshEndNames[0] == RefreshStatusName(RefreshStatus::kCompleted));
static_assert(kRefreshEndNames[3] == RefreshStatusName(RefreshStatus::kCancelled));

std::optional<Nanoseconds> UsableDuration(const Refresh& refresh) {
  const auto duration = DurationOf(refresh);
  return duration && *duration >= Nanoseconds::zero() ? duration : std::nullopt;
}

}  // namespace

void DomainHistory::Consider(const Refresh& refresh, DomainStatus status) {
  const auto end = EndFor(status);
  if (end == 0 && refresh.completed_at) {
    last_success_at = std::max(last_success_at, refresh.completed_at);
  }
  RefreshOrder order{refresh.created_at, refresh.id};
  if (newest_finished && order < *newest_finished) return;
  newest_finished = std::move(order);
  completed_at = refresh.completed_at;
  last_duration = UsableDuration(refresh);
  if (end) last_result = static_cast<DomainResult>(*end + 1);
}

void DomainHistory::Count(const Refresh& refresh, DomainStatus status) {
  const auto end = EndFor(status);
  if (!end) return;
  ++totals[*end];
  const auto duration = UsableDuration(refresh);
  if (*end == 0 && duration) durations.Observe(*duration);
}

RefreshDurations EmptyRefreshDurations(const BucketBounds& bounds) {
  return {DurationHistogram(bounds), DurationHistogram(bounds), DurationHistogram(bounds),
          DurationHistogram(bounds)};
}

void Count(const Refresh& refresh, RefreshDurations& durations) {
  if (const auto duration = UsableDuration(refresh)) {
    durations[EndOf(refresh.status)].Observe(*duration);
  }
}

}  // namespace cckm
