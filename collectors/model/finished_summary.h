// How a refresh ended, as far as anybody is shown it: a finished refresh has changed where this
// has.
//
// Held of every refresh by the collectors, to know an entry of a list again; by the state, to count
// changes; and by the ledger, to correct what it holds.  Thread-safety: plain data.

#pragma once

#include <optional>

#include "collectors/base/clock.h"
#include "collectors/model/refresh.h"

namespace cckm {

struct FinishedSummary {
  std::optional<WallTime> created_at = {};
  std::optional<WallTime> completed_at = {};
  DomainCounts domains = {};  // all of the refresh, whether or not there was room for them
  RefreshStatus status = RefreshStatus::kUnknown;

  // It failed without saying for which domains.
  bool FailedForUnknownDomains() const {
    return status == RefreshStatus::kFailed && domains == DomainCounts{};
  }

  friend bool operator==(const FinishedSummary&, const FinishedSummary&) = default;
};

// `left_out` counts the domains that were taken out of `refresh`.
FinishedSummary SummaryOf(const Refresh& refresh, const DomainCounts& left_out = {});

// Whether a refresh that `held` is known of says something else now.  A time that one of the two
// does not tell is not told otherwise.
bool Contradicts(FinishedSummary told, const FinishedSummary& held);

}  // namespace cckm
