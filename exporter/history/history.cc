#include "exporter/history/history.h"

#include <algorithm>
#include <utility>

namespace cckm {
namespace {

constexpr std::size_t kFailedEnd = 1;
static_assert(kDomainEndNames[kFailedEnd] == "failed");

// The end of a refresh for a domain, as an index of kDomainEndNames; none if it tells none.
std::optional<std::size_t> EndFor(DomainStatus status) {
  switch (status) {
    case DomainStatus::kCompleted:
      return 0;
    case DomainStatus::kFailed:
      return kFailedEnd;
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

// REQUIRES: it has a usable duration.
ObservationContext ContextOf(const Refresh& refresh, std::string_view domain_id,
                             WallTime counted_at) {
  return {.counted_at = counted_at,
          .refresh_id = refresh.id,
          .domain_id = domain_id,
          .finished_at = refresh.completed_at.value_or(WallTime())};
}

// Empty where there are several or none.
std::string_view OnlyDomainOf(const Refresh& refresh) {
  return refresh.domains.size() == 1 ? std::string_view(refresh.domains.front().domain_id)
                                     : std::string_view();
}

}  // namespace

void Take(DomainStatus status, FailureStreak::Place place, FailureStreak& failures) {
  const auto end = EndFor(status);
  if (!end) return;
  *end == kFailedEnd ? failures.TakeFailure(place) : failures.TakeOther(place);
}

void DomainHistory::Consider(const Refresh& refresh, DomainStatus status) {
  const auto end = EndFor(status);
  if (end == 0 && refresh.completed_at) {
    last_success_at = std::max(last_success_at, refresh.completed_at);
  }
  Take(status, FailureStreak::PlaceOf(refresh.created_at, refresh.id), failures);
  RefreshOrder order{refresh.created_at, refresh.id};
  // What a refresh says of itself replaces what it said before, an earlier creation too.
  const bool is_another = newest_finished && newest_finished->order.refresh_id != refresh.id;
  if (is_another && order < newest_finished->order) return;
  newest_finished = NewestFinished{std::move(order), refresh.completed_at, UsableDuration(refresh)};
  if (end) last_result = static_cast<DomainResult>(*end + 1);
}

void DomainHistory::Count(const Refresh& refresh, DomainStatus status, WallTime counted_at) {
  const auto end = EndFor(status);
  if (!end) return;
  ++totals[*end];
  const auto duration = UsableDuration(refresh);
  if (*end == 0 && duration) durations.Observe(*duration, ContextOf(refresh, {}, counted_at));
}

RefreshDurations EmptyRefreshDurations(const BucketBounds& bounds) {
  return {DurationHistogram(bounds), DurationHistogram(bounds), DurationHistogram(bounds),
          DurationHistogram(bounds)};
}

void RestoreExemplar(const Refresh& refresh, DomainStatus status, DomainHistory& history) {
  const auto duration = UsableDuration(refresh);
  if (EndFor(status) == 0 && duration) {
    history.durations.RestoreExemplar(*duration, ContextOf(refresh, {}, {}));
  }
}

void Count(const Refresh& refresh, RefreshDurations& durations, WallTime counted_at) {
  const auto duration = UsableDuration(refresh);
  if (!duration) return;
  durations[EndOf(refresh.status)].Observe(*duration,
                                           ContextOf(refresh, OnlyDomainOf(refresh), counted_at));
}

void RestoreExemplar(const Refresh& refresh, RefreshDurations& durations) {
  const auto duration = UsableDuration(refresh);
  if (!duration) return;
  durations[EndOf(refresh.status)].RestoreExemplar(*duration,
                                                   ContextOf(refresh, OnlyDomainOf(refresh), {}));
}

void TakeFinished(const Refresh& refresh, std::optional<WallTime> counted_at,
                  RefreshDurations& durations, const HistoryOfDomain& history_of) {
  if (counted_at) Count(refresh, durations, *counted_at);
  for (std::size_t i = 0; i < refresh.domains.size(); ++i) {
    const DomainStatus status = refresh.domains[i].status;
    DomainHistory& history = history_of(i);
    history.Consider(refresh, status);
    if (counted_at) history.Count(refresh, status, *counted_at);
  }
}

}  // namespace cckm
