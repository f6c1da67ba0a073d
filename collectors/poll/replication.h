// How far the node of a cluster that answers may be behind the others: nodes replicate late, so
// what one told may be unknown to the next.
//
// Called by Poller, asked by the classes of a collector.  Thread-safety: belongs to one poller
// thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "collectors/base/clock.h"
#include "collectors/http/http_client.h"

namespace cckm {

// Who told of a thing: an address of the target, or one of these.
using Teller = std::uint8_t;
inline constexpr Teller kNobody = std::numeric_limits<Teller>::max();
inline constexpr Teller kEarlierProcess = kNobody - 1;  // the ledger has it

class Replication {
 public:
  // A node may be behind for so long after requests began to go there.  Replication takes seconds,
  // and minutes after a node was away; and no list is read less often.
  static constexpr Nanoseconds kLongestLag = std::chrono::minutes(10);

  // `is_cluster`: the target has several addresses.  With one, nothing is ever behind.  `clock`
  // outlives this.
  Replication(bool is_cluster, const Clock& clock)
      : is_cluster_(is_cluster), clock_(clock), since_(clock.SteadyNow()) {}

  // Takes a result, before anybody asks about it.
  void Observe(const HttpResult& result);

  bool is_cluster() const { return is_cluster_; }
  // The address that the last result came from.
  Teller teller() const { return teller_; }

  // Whether that address knows what all others told.
  bool KnowsAll() const { return !is_cluster_ || clock_.SteadyNow() - since_ >= kLongestLag; }
  // Whether a thing that `told_by` told of last is gone, where that address says so.
  bool MayBelieveAbsence(Teller told_by) const {
    return told_by == kNobody || told_by == teller_ || KnowsAll();
  }

 private:
  const bool is_cluster_;
  const Clock& clock_;
  Teller teller_ = 0;
  SteadyTime since_;  // when it began to answer
};

}  // namespace cckm
