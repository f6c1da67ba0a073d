// A refresh as the appliance reports it, in the exporter's words: plain data without behaviour.
//
// The meaning of every field is in deploy/docs/payload.md.  Made by collectors/decode, read by
// everybody.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"

namespace cckm {

// State of one refresh.  The decoder never makes kNotFound: it is the answer 404.
enum class RefreshStatus : std::uint8_t {
  kInProgress,
  kCompleted,
  kPartial,
  kFailed,
  kCancelled,
  kNotFound,
  kUnknown,
};
inline constexpr std::array<std::string_view, 7> kRefreshStatusNames = {
    "in_progress", "completed", "partial", "failed", "cancelled", "not_found", "unknown"};

constexpr std::string_view RefreshStatusName(RefreshStatus status) {
  return kRefreshStatusNames[static_cast<std::size_t>(status)];
}

// True for a state that ends a refresh.
constexpr bool IsFinished(RefreshStatus status) {
  return status == RefreshStatus::kCompleted || status == RefreshStatus::kPartial ||
         status == RefreshStatus::kFailed || status == RefreshStatus::kCancelled;
}

// State of one domain within one refresh.
enum class DomainStatus : std::uint8_t { kInProgress, kCompleted, kFailed, kCancelled, kUnknown };
inline constexpr std::array<std::string_view, 5> kDomainStatusNames = {
    "in_progress", "completed", "failed", "cancelled", "unknown"};

constexpr std::string_view DomainStatusName(DomainStatus status) {
  return kDomainStatusNames[static_cast<std::size_t>(status)];
}

// How many domains are in each state.
using DomainCounts = std::array<std::uint32_t, kDomainStatusNames.size()>;

// Oddities that are counted once per refresh and kind (cckm_refresh_anomalies_total).
enum class Anomaly : std::uint8_t {
  kIdMismatch,
  kNegativeDuration,
  kMissingCompletionTime,
  kBadTimestamp,
  kUnknownStatus,
  kDuplicateKey,
  kChangedAfterFinish,
  kUnknownDomainText,
};
inline constexpr std::array<std::string_view, 8> kAnomalyNames = {
    "id_mismatch",    "negative_duration", "missing_completion_time", "bad_timestamp",
    "unknown_status", "duplicate_key",     "changed_after_finish",    "unknown_domain_text"};

// A set of anomalies, one bit each.
class AnomalySet {
 public:
  constexpr void Add(Anomaly anomaly) { bits_ |= Bit(anomaly); }
  constexpr void Add(AnomalySet others) { bits_ |= others.bits_; }
  constexpr void Remove(AnomalySet others) { bits_ &= static_cast<std::uint8_t>(~others.bits_); }
  constexpr bool Has(Anomaly anomaly) const { return (bits_ & Bit(anomaly)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  friend bool operator==(AnomalySet, AnomalySet) = default;

 private:
  static constexpr std::uint8_t Bit(Anomaly anomaly) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(anomaly));
  }
  std::uint8_t bits_ = 0;
};

struct DomainRefresh {
  // As the appliance wrote it, made short (BoundedName): not empty, otherwise unchecked.
  std::string domain_id;
  DomainStatus status = DomainStatus::kUnknown;
  std::string
      detail;  // text of detailed_status, cut to at most 200 characters (UTF-8); may be empty

  friend bool operator==(const DomainRefresh&, const DomainRefresh&) = default;
};

struct Refresh {
  std::string id;       // the id asked for; where the body was a list entry, the entry's own id
  std::string told_id;  // the id that the body itself holds; empty: none
  RefreshStatus status = RefreshStatus::kUnknown;
  std::optional<WallTime> created_at;  // unset, unreadable or in the future: none
  std::optional<WallTime> updated_at;
  std::optional<WallTime> completed_at;
  std::vector<DomainRefresh> domains;  // each id once, in the order of the body
  // A hash of the arrays of the job, such as `kms`, whatever their order: refreshes of the same
  // units of work have the same one, within one process.  0: not known.
  std::uint64_t units = 0;
  std::string
      unknown_status;  // the appliance's word, where status is kUnknown; at most 200 characters
  AnomalySet anomalies;

  friend bool operator==(const Refresh&, const Refresh&) = default;
};

// How long a refresh that discovery found is shown beyond its end.
inline constexpr Nanoseconds kShownAfterEnd = std::chrono::hours(24);

// completed_at - created_at by the appliance's own clock, if both are known; negative where the
// appliance's clock stepped back in between.
inline std::optional<Nanoseconds> DurationOf(const Refresh& refresh) {
  if (!refresh.created_at || !refresh.completed_at) return std::nullopt;
  return *refresh.completed_at - *refresh.created_at;
}

// True for text that may name a refresh: [A-Za-z0-9._:-]{1,128}, but neither . nor .., which a path
// resolves.
bool IsValidRefreshId(std::string_view text);

}  // namespace cckm
