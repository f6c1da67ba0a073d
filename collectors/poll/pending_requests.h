// The queue of what a poll has not requested yet, besides pages of lists.
//
// It is open while a poll is: refreshes that come when it is closed are given back to the
// watchlist, so that the next poll requests them.
//
// Called by the classes of a collector.  Thread-safety: belongs to one poller thread.

#pragma once

#include <deque>
#include <optional>

#include "collectors/base/clock.h"
#include "collectors/poll/request_tag.h"
#include "collectors/poll/watchlist.h"

namespace cckm {

class PendingRequests {
 public:
  // The references outlive this.
  PendingRequests(Watchlist& watched, const Clock& clock) : watched_(watched), clock_(clock) {}

  void Open() { is_open_ = true; }
  // REQUIRES: it is empty.
  void Close() { is_open_ = false; }
  bool is_open() const { return is_open_; }
  bool empty() const { return tags_.empty(); }

  // The requests come out in the order in which they were added, but for those added as the first.
  void AddRefresh(RefreshIndex index);
  void AddHeartbeat();
  void AddFirst(RequestTag tag);

  // The next request; refreshes that nobody watches any more are passed over, and given back.
  std::optional<RequestTag> Next();

  // Takes out all of them; the caller gives the refreshes back.
  std::deque<RequestTag> TakeAll();
  // Takes out all of them, and gives the refreshes back.
  void GiveBackAll();

 private:
  void GiveBack(RequestTag tag);

  Watchlist& watched_;
  const Clock& clock_;
  std::deque<RequestTag> tags_;
  bool is_open_ = false;
};

}  // namespace cckm
