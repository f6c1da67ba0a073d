// Spares an appliance that is in trouble: after faults in a row nothing is sent for a while, longer
// each time, and what it asks for with Retry-After is honoured.
//
// Thread-safety: belongs to one poller thread.

#pragma once

#include "collectors/base/backoff.h"
#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/http/http_client.h"

namespace cckm {

class Circuit {
 public:
  // Pauses after faults last from one to four poll_intervals, at most a minute where that is longer
  // than poll_interval.  `random` outlives this.
  Circuit(Nanoseconds poll_interval, Random& random);

  // Takes an answer, one that was too large among them.  Five requests in a row that got none open
  // the circuit at once, and so do 429 and 503 with Retry-After, which holds for 1 s to 15 minutes.
  void Observe(const HttpResult& response, SteadyTime now);

  // Takes the end of a poll.  If the last answer was a fault of the whole appliance (none, 429, or
  // 5xx) and the poll was in vain, the circuit opens.
  void PollEnded(bool up, SteadyTime now);

  // Until when nothing may be sent; in the past while the circuit is closed.
  SteadyTime open_until() const { return open_until_; }
  bool IsOpen(SteadyTime now) const { return now < open_until_; }
  // Why it was opened last.
  const Error& reason() const { return reason_; }

 private:
  void Open(SteadyTime until) { open_until_ = std::max(open_until_, until); }

  Backoff backoff_;
  int unanswered_in_row_ = 0;
  bool last_was_fault_ = false;
  SteadyTime open_until_{};
  Error reason_;
};

}  // namespace cckm
