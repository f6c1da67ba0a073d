// The values that the ledger packs into one column: histograms, the domains of a refresh, failures
// in a row, bucket bounds; and the fingerprint of a refresh id.  For this library.
//
// Integers are packed as LEB128 (seven bits a byte, lowest first), floats as their eight bytes,
// lowest first.  Unpacking takes any bytes: what does not fit is refused.
// Thread-safety: pure functions.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/model/refresh.h"
#include "exporter/history/duration_histogram.h"
#include "exporter/history/failure_streak.h"
#include "exporter/history/history.h"

namespace cckm {

std::string PackHistogram(const DurationHistogram& histogram);
std::optional<DurationHistogram> UnpackHistogram(std::string_view packed,
                                                 const BucketBounds& bounds);

std::string PackRefreshDurations(const RefreshDurations& durations);
std::optional<RefreshDurations> UnpackRefreshDurations(std::string_view packed,
                                                       const BucketBounds& bounds);

// A domain of a stored refresh.  `domain` is its id in the table of domains.
struct StoredDomain {
  std::int64_t domain = 0;
  DomainStatus status = DomainStatus::kUnknown;

  friend bool operator==(const StoredDomain&, const StoredDomain&) = default;
};

std::string PackFailures(const FailureStreak& streak);
std::optional<FailureStreak> UnpackFailures(std::string_view packed);

// All domains of a stored refresh.
struct StoredDomains {
  std::vector<StoredDomain> domains;
  DomainCounts left_out{};  // how many more there were that nobody had room for

  friend bool operator==(const StoredDomains&, const StoredDomains&) = default;
};
std::string PackDomains(const StoredDomains& domains);
std::optional<StoredDomains> UnpackDomains(std::string_view packed);

std::string PackBounds(const BucketBounds& bounds);

// What stays of the id of a forgotten refresh: the first eight bytes of its SHA-256.  That one of a
// thousand new refreshes is mistaken for one of ten million forgotten ones of its collector happens
// with a probability below one in a thousand million.
std::int64_t Fingerprint(std::string_view refresh_id);

}  // namespace cckm
