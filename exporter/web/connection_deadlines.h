// Ends connections whose time is over although a thread is busy with them.
//
// civetweb gives up on a client that takes nothing for a while, not on one that takes a few bytes
// now and then, which would hold its connection and the body without end.  One thread here sleeps
// until the first deadline; without a deadline it sleeps without end.
//
// Thread-safety: every method may be called from any thread; a Slot belongs to one connection at a
// time.

#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <optional>
#include <thread>

#include "collectors/base/clock.h"
#include "collectors/base/mutex.h"
#include "exporter/web/server_sockets.h"

namespace cckm {

class ConnectionDeadlines {
 public:
  // The deadline of what one connection is doing.  Made by AddSlot() and used again and again.
  class Slot {
   private:
    friend class ConnectionDeadlines;
    Mutex mutex_;
    std::optional<SteadyTime> deadline_ CCKM_GUARDED_BY(mutex_);
    ConnectionSocket socket_ CCKM_GUARDED_BY(mutex_);
  };
  using End = std::function<void(const ConnectionSocket&)>;

  // `end` is called once for each deadline that passes, by the thread here; the connection's own
  // thread does not get past Clear() meanwhile.
  explicit ConnectionDeadlines(End end);

  // Lives as long as this.
  Slot& AddSlot();

  // From now on the connection has `time` for what it does, whatever it had before.
  void Set(Slot& slot, const ConnectionSocket& socket, Nanoseconds time);
  // The connection has done it, or is closed next.
  void Clear(Slot& slot);

 private:
  void Run(const std::stop_token& stop);
  // Ends what is over; returns the first deadline of the others.
  SteadyTime EndOverdue(SteadyTime now) CCKM_REQUIRES(mutex_);

  const End end_;
  const SystemClock clock_;
  Mutex mutex_;
  std::list<Slot> slots_ CCKM_GUARDED_BY(mutex_);
  std::condition_variable_any earlier_;
  std::atomic<SteadyTime> wake_at_{SteadyTime::max()};  // written under mutex_
  std::jthread thread_;
};

}  // namespace cckm
