// Which domains of an update a target has room for (max_domains): those that it holds, then the
// first others.
//
// The others are taken out of the update before anybody keeps them, and only counted.  Called by
// StateStore.  Thread-safety: a DomainGate belongs to one thread.

#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/poll/poll_update.h"
#include "exporter/state/state.h"

namespace cckm {

class DomainGate {
 public:
  // What the state says of some domains, by the text of their labels.
  struct Look {
    std::vector<bool> is_held;
    std::size_t room = 0;  // for others that did not pass this gate yet
  };
  using LookUp = std::function<Look(std::span<const std::string_view> labels)>;

  // Takes out of the answer what there is no room for.  Calls `look_up` for some thousand domains
  // at a time.
  void Pass(RefreshAnswer& answer, const LookUp& look_up);

 private:
  bool HasRoomFor(std::string_view label, bool is_held, std::size_t room);

  std::set<std::string, std::less<>> passed_;  // not held before
};

// What the state says of domains of the collector, which is one of the target's.
DomainGate::Look LookAt(std::span<const std::string_view> labels, const TargetState& target,
                        CollectorState& collector);

// Domains that the target has room for besides those that its refreshes name.
std::size_t RoomOf(const TargetState& target);
// What it has room for besides the domains of its other collectors.
std::size_t MostDomainsOf(const TargetState& target, const CollectorState& collector);

// How many different domains are left out of these refreshes.  Those of a refresh that leaves out
// very many, or that the ledger gave back, count as different from all others.
std::size_t CountLeftOut(const KeyedStore<RefreshState>& refreshes);

}  // namespace cckm
