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
                SteadyTime now);

  // Takes one answer.  `is_new` tells, for a settled one, that it has to be counted.  Returns the
  // anomalies that were not counted before.
  AnomalySet Fold(const RefreshAnswer& answer, bool is_new);

  // To be called after the last answer: finds the newest refresh of domains that lost theirs or
  // whose newest turned out to be older, and removes domains that no refresh names any more.
  void Finish();

 private:
  void FoldRefresh(RefreshState& state, const RefreshAnswer& answer, bool is_new,
                   AnomalySet& anomalies);
  void RenewDomains(RefreshState& state, const Refresh& refresh);
  void ReleaseDomains(const RefreshState& state, const std::vector<NamedDomain>& before);
  DomainState& FindOrAddDomain(std::string_view raw_id, DomainState* expected,
                               const RefreshState& named_by);

  CollectorState& collector_;
  const BucketBounds& bounds_;
  const std::uint64_t update_number_;
  const SteadyTime now_;
  bool newest_may_have_changed_ = false;  // of some domain, to a refresh that is not in the update
};

}  // namespace cckm
