// What the finished refreshes of a domain, or of a collector, add up to: the rules of the counters
// and histograms.
//
// The ledger stores these sums beside the refreshes they were made of, the state shows them; both
// make them with the functions here, so that a restart shows what was shown before it.
//
// Thread-safety: plain data.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/base/boxed_optional.h"
#include "collectors/base/clock.h"
#include "collectors/model/refresh.h"
#include "exporter/history/duration_histogram.h"
#include "exporter/history/failure_streak.h"

namespace cckm {

// The label `result` of cckm_domain_refresh_last_result.
enum class DomainResult : std::uint8_t { kNone, kCompleted, kFailed, kCancelled };
inline constexpr std::array<std::string_view, 4> kDomainResultNames = {"none", "completed",
                                                                       "failed", "cancelled"};

// The label `status` of cckm_domain_refreshes_total, and how often each happened.
inline constexpr std::array<std::string_view, 3> kDomainEndNames = {"completed", "failed",
                                                                    "cancelled"};
using DomainEndCounts = std::array<std::uint64_t, kDomainEndNames.size()>;

// The label `status` of cckm_refresh_duration_seconds.
inline constexpr std::array<std::string_view, 4> kRefreshEndNames = {"completed", "partial",
                                                                     "failed", "cancelled"};

// The order of refreshes in time: by creation, then by id; one without a creation time is the
// oldest.
struct RefreshOrder {
  std::optional<WallTime> created_at;
  std::string refresh_id;
  friend auto operator<=>(const RefreshOrder&, const RefreshOrder&) = default;
};

// A finished refresh, as the newest of a domain is known.
struct NewestFinished {
  RefreshOrder order;
  std::optional<WallTime> completed_at;
  std::optional<Nanoseconds> duration;
};

// Takes how a finished refresh at `place` ended for a domain, if it tells.
void Take(DomainStatus status, FailureStreak::Place place, FailureStreak& failures);

struct DomainHistory {
  explicit DomainHistory(const BucketBounds& bounds) : durations(bounds) {}

  BoxedOptional<NewestFinished> newest_finished;
  DomainResult last_result = DomainResult::kNone;  // of the newest finished that tells one
  bool was_listed = false;  // a complete and not empty list of the family's domains had it
  std::optional<WallTime> last_success_at;
  FailureStreak failures;  // of all finished refreshes, also those that are only remembered
  DomainEndCounts totals{};
  DurationHistogram durations;  // of the refreshes that completed
  // When the exporter first knew of the domain, by our clock; none until that was told.
  std::optional<WallTime> first_seen_at;

  // Of the newest finished.
  std::optional<WallTime> completed_at() const {
    return newest_finished ? newest_finished->completed_at : std::nullopt;
  }
  std::optional<Nanoseconds> last_duration() const {
    return newest_finished ? newest_finished->duration : std::nullopt;
  }

  // Takes a finished refresh in which the domain ended as `status`; taking it again changes
  // nothing.
  void Consider(const Refresh& refresh, DomainStatus status);

  // Counts it, at `counted_at` by our clock.  To be called once for each refresh.
  void Count(const Refresh& refresh, DomainStatus status, WallTime counted_at);
};

// A domain that is known from something else than a finished refresh.
struct MetDomain {
  std::string domain_id;    // as the appliance wrote it
  WallTime first_seen_at;   // by our clock
  bool was_listed = false;  // a complete and not empty list of the family's domains had it
};

// Both do for a refresh that was counted before a restart what a sum does not keep: they make it
// the exemplar of its bucket.
void RestoreExemplar(const Refresh& refresh, DomainStatus status, DomainHistory& history);

// The histograms of a collector, indexed as kRefreshEndNames.
using RefreshDurations = std::array<DurationHistogram, kRefreshEndNames.size()>;

RefreshDurations EmptyRefreshDurations(const BucketBounds& bounds);

// Counts a finished refresh in the histogram of its end, if it has a usable duration: one that is
// known and not negative.
void Count(const Refresh& refresh, RefreshDurations& durations, WallTime counted_at);
void RestoreExemplar(const Refresh& refresh, RefreshDurations& durations);

// Takes a finished refresh into all that it adds up to.  Its domains' histories consider it,
// however often it is taken; counters and `durations` count it only with a `counted_at`, by our
// clock, which has to be given once for each refresh.  `history_of` is asked once for each position
// in refresh.domains.
using HistoryOfDomain = std::function<DomainHistory&(std::size_t position)>;
void TakeFinished(const Refresh& refresh, std::optional<WallTime> counted_at,
                  RefreshDurations& durations, const HistoryOfDomain& history_of);

}  // namespace cckm
