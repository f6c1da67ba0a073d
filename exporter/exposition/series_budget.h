// What of a target is shown when it has more series than max_series allows.
//
// Thread-safety: pure functions.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>

#include "exporter/state/state.h"

namespace cckm {

// The label `reason` of cckm_dropped_series, in the order in which things are left out.
inline constexpr std::array<std::string_view, 4> kDropReasonNames = {
    "domain_histogram", "finished_refresh", "refresh", "domain"};

struct DroppedSeries {
  std::array<std::size_t, kDropReasonNames.size()> series{};
};

// Which of a target's objects to show.  Objects are left out one by one until the rest fits: domain
// histograms, the later born first; finished refreshes, oldest first; other refreshes, the later
// configured first; domains, the later born first.
class SeriesBudget {
 public:
  // `own_series` is the number of series with the target's label that are always shown.
  SeriesBudget(const TargetState& target, std::size_t buckets, std::size_t own_series);

  bool Shows(const RefreshState& refresh) const { return !hidden_.contains(&refresh); }
  bool Shows(const DomainState& domain) const { return !hidden_.contains(&domain); }
  bool ShowsHistogram(const DomainState& domain) const {
    return !without_histogram_.contains(&domain);
  }

  const DroppedSeries& dropped() const { return dropped_; }

 private:
  std::unordered_set<const void*> hidden_;
  std::unordered_set<const DomainState*> without_histogram_;
  DroppedSeries dropped_;
};

}  // namespace cckm
