// The finished refreshes that a long list named and nobody watches yet: the newest of
// them, as many as may be watched.
//
// A list has its own order, so who is among the newest is known at its end only.  Called by
// Discovery.  Thread-safety: belongs to one poller thread.

#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/model/refresh.h"

namespace cckm {

struct DiscoveryCandidate {
  Refresh refresh;
  // False where its domains were let go of for want of memory: it has to be requested by id.
  bool is_whole = true;
};

class DiscoveryCandidates {
 public:
  // Keeps at most `most` candidates.
  explicit DiscoveryCandidates(std::size_t most) : most_(most) {}

  // Takes a refresh; returns the one that has no place now, which may be the same.
  std::optional<Refresh> Take(Refresh refresh);

  // All of them, the newest first; none is left.
  std::vector<DiscoveryCandidate> TakeAll();

 private:
  std::size_t most_;
  std::multimap<std::optional<WallTime>, DiscoveryCandidate> by_creation_;
  std::size_t domains_held_ = 0;
};

}  // namespace cckm
