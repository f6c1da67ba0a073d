// Folds what a poll learned of one refresh into its collector's state: the rules of the contract's
// metrics.
//
// Thread-safety: none; called by StateStore under its lock.

#pragma once

#include <cstdint>
#include <vector>

#include "collectors/poll/poll_update.h"
#include "exporter/state/state.h"

namespace cckm {

class RefreshFolder {
 public:
  // `update_number` counts updates from 1.
  RefreshFolder(CollectorState& collector, const BucketBounds& bounds, std::uint64_t update_number,
                SteadyTime now, WallTime wall_now);

  // Takes one answer.  `is_new` tells, for a settled one, that it has to be counted.  Returns the
  // anomalies that were not counted before.
  AnomalySet Fold(const RefreshAnswer& answer, bool is_new);

  // Shows again what a refresh that was counted before a restart is the exemplar of.
  void Recall(const Refresh& refresh);

  // Counts a settled refresh that was folded before without being counted.
  void Count(const Refresh& refresh);

  // Takes the family's list of domains: their names, and which of them exist.
  void FoldDomainListing(const DomainListing& listing);

  // Has Finish() look at everything, because time has passed or what is watched has changed.
  void NeedSweep() { is_sweep_needed_ = true; }

  // To be called at the end: removes refreshes that are shown no longer, finds the newest refresh
  // of domains that lost theirs or whose newest turned out to be older, and settles which domains
  // are shown.
  void Finish();

 private:
  void FoldRefresh(RefreshState& state, const RefreshAnswer& answer, bool is_new,
                   AnomalySet& anomalies);
  AnomalySet FoldUnwatched(const Refresh& refresh);
  void RenewDomains(RefreshState& state, const Refresh& refresh, bool is_first_answer);
  void ReleaseDomains(const RefreshState& state, const std::vector<NamedDomain>& before);
  DomainState* FindOrAddDomain(std::string_view raw_id, DomainState* expected,
                               const RefreshState& named_by, bool is_first_answer);
  bool IsNewTo(std::string_view domain, const RefreshState& refresh) const;
  DomainHistory& HistoryOf(std::string_view raw_id, bool is_listed = false);
  void Meet(std::string_view raw_id, DomainHistory& history, bool is_listed);
  DomainState& AddDomain(LabelValue id, std::uint64_t born_in_update);
  bool Leaves(const RefreshState& refresh) const;
  void RemoveRefreshes();
  void FindNewest();
  bool ShowsNeverRefreshed() const;
  bool IsKept(const DomainState& domain) const;
  void RemoveDomains();
  void AddNeverRefreshed();

  CollectorState& collector_;
  const BucketBounds& bounds_;
  const std::uint64_t update_number_;
  const SteadyTime now_;
  const WallTime wall_now_;
  bool is_sweep_needed_ = false;          // something may be shown no longer, or from now on
  bool newest_may_have_changed_ = false;  // of some domain, to a refresh that is not in the update
};

}  // namespace cckm
