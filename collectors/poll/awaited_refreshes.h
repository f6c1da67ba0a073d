// The due refreshes that a reading of the list owes: from the one under way, or, where that had
// begun before they were due, from the next one.
//
// Called by RefreshList.  Thread-safety: belongs to one poller thread.

#pragma once

#include <cstddef>
#include <vector>

#include "collectors/poll/watchlist.h"

namespace cckm {

class AwaitedRefreshes {
 public:
  // `watched` outlives this.
  explicit AwaitedRefreshes(Watchlist& watched) : watched_(watched) {}

  // REQUIRES: these are not awaited.
  void Add(const std::vector<RefreshIndex>& refreshes, Awaited awaited);
  // The list told of this refresh; false if it was not awaited.
  bool Remove(RefreshIndex index);

  // How many the reading under way still owes.
  std::size_t count() const { return now_.count; }
  bool empty() const { return now_.count == 0 && next_.count == 0; }

  // Takes out those that the reading under way still owes.
  std::vector<RefreshIndex> TakeAll();
  // The next reading is the one under way now.
  void MoveOn();

 private:
  struct Part {
    std::vector<RefreshIndex> refreshes;  // and some that were removed
    std::size_t count = 0;
  };

  Part& PartOf(Awaited awaited) { return awaited == Awaited::kFromThisListing ? now_ : next_; }
  std::vector<RefreshIndex> TakeOut(Awaited awaited);

  Watchlist& watched_;
  Part now_;
  Part next_;
};

}  // namespace cckm
