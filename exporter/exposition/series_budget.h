// What of a target is shown when it has more series than max_series allows.
//
// How many series an object has, the rows of its metrics say (state_metrics.h).
// Thread-safety: belongs to one thread at a time.

#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

#include "exporter/exposition/store_tally.h"
#include "exporter/state/state.h"

namespace cckm {

struct SeriesScale;

// The label `reason` of cckm_dropped_series, in the order in which things are left out, but that
// schedules go before domains.
inline constexpr std::array<std::string_view, 5> kDropReasonNames = {
    "domain_histogram", "finished_refresh", "refresh", "domain", "schedule"};

struct DroppedSeries {
  std::array<std::size_t, kDropReasonNames.size()> series{};
};

// Objects of a KeyedStore, by their position in it.
class PositionSet {
 public:
  void Insert(std::size_t position) {
    if (position >= has_.size()) has_.resize(position + 1);
    has_[position] = true;
  }
  bool Has(std::size_t position) const { return position < has_.size() && has_[position]; }

  // Notes where the tail begins, once all are inserted: what is left out is mostly the end of a
  // store, which then need not be looked through.
  void FindTail(std::size_t store_size) {
    for (tail_ = store_size; tail_ > 0 && Has(tail_ - 1);) --tail_;
  }
  // True if this position and all after it are in the set.
  bool HasAllFrom(std::size_t position) const { return position >= tail_; }

  bool empty() const { return has_.empty(); }
  friend bool operator==(const PositionSet&, const PositionSet&) = default;

 private:
  std::vector<bool> has_;
  std::size_t tail_ = std::numeric_limits<std::size_t>::max();
};

// What is not shown of a collector.
struct LeftOut {
  PositionSet refreshes;
  PositionSet domains;
  PositionSet histograms;  // of these domains

  friend bool operator==(const LeftOut&, const LeftOut&) = default;
};

// What the objects of a collector add up to.
struct CollectorTally {
  StoreTally<RefreshState> refreshes;
  StoreTally<DomainState> domains;
};

// Which of a target's objects to show.  Objects are left out one by one until the rest fits: domain
// histograms, the later born first; finished refreshes, oldest first; other refreshes, the later
// configured first; schedules, the last by their IDs first; domains, the later born first.
//
// It is kept from one exposition to the next, so that only what changed is counted.
class SeriesBudget {
 public:
  // `always_shown` is the number of series with the target's label that are never left out.
  void Update(const TargetState& target, std::size_t buckets, std::size_t always_shown,
              SteadyTime now);

  // For each of the target's collectors, in their order.
  const std::vector<LeftOut>& left_out() const { return left_out_; }
  const std::vector<CollectorTally>& tallies() const { return tallies_; }
  const PositionSet& left_out_schedules() const { return left_out_schedules_; }

  const DroppedSeries& dropped() const { return dropped_; }

 private:
  std::size_t Count(const TargetState& target, const SeriesScale& scale, SteadyTime now);
  void LeaveOut(const TargetState& target, const SeriesScale& scale, std::size_t too_many);
  void FindTails(const TargetState& target);
  void ChangeWhatIsLeftOut(const std::vector<LeftOut>& before);

  std::vector<CollectorTally> tallies_;
  bool counts_changed_ = true;
  std::size_t too_many_ = 0;  // what was left out is left out of so many
  std::vector<LeftOut> left_out_;
  PositionSet left_out_schedules_;
  DroppedSeries dropped_;
};

// Series of a target and its collectors that are never left out, besides those that this process
// counts itself.
std::size_t AlwaysShownSeriesOf(const TargetState& target, std::size_t buckets);

}  // namespace cckm
