// Ends connections whose time is over although a thread is busy with them.
//
// civetweb gives up on a client that takes nothing for a long while, not on one that takes a few
// bytes now and then, which would hold its connection and the body without end.  One thread here
// sleeps until the first deadline, or until it has to look whether a client has taken something;
// without either it sleeps without end.
//
// Thread-safety: every method may be called from any thread; a Slot belongs to one connection at a
// time.

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <thread>

#include "collectors/base/clock.h"
#include "collectors/base/mutex.h"
#include "exporter/web/server/server_sockets.h"

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
    Nanoseconds longest_stall_ CCKM_GUARDED_BY(mutex_){0};  // zero: it may stall
    SteadyTime next_look_ CCKM_GUARDED_BY(mutex_){};
    SteadyTime progressed_at_ CCKM_GUARDED_BY(mutex_){};
    std::optional<std::uint64_t> taken_ CCKM_GUARDED_BY(mutex_);
  };
  struct Events {
    // The connection's time is over.
    std::function<void(const ConnectionSocket&)> end;
    // How many bytes the client has taken; nothing if that cannot be told.  May note the socket's
    // number.
    std::function<std::optional<std::uint64_t>(ConnectionSocket&)> taken;
  };

  // Both are called by the thread here; the connection's own thread does not get past Clear()
  // meanwhile.
  explicit ConnectionDeadlines(Events events);

  // Lives as long as this.
  Slot& AddSlot();

  // From now on the connection has `time` for what it does, whatever it had before.  With a
  // `longest_stall` it is ended, too, when its client takes nothing for so long and up to a half
  // more.
  void Set(Slot& slot, const ConnectionSocket& socket, Nanoseconds time,
           Nanoseconds longest_stall = Nanoseconds(0));
  // The connection has done it, or is closed next.
  void Clear(Slot& slot);

 private:
  void Run(const std::stop_token& stop);
  // Ends what is over; returns when to look again.
  SteadyTime EndOverdue(SteadyTime now) CCKM_REQUIRES(mutex_);
  bool HasStalled(Slot& slot, SteadyTime now) CCKM_REQUIRES(slot.mutex_);

  const Events events_;
  const SystemClock clock_;
  Mutex mutex_;
  std::list<Slot> slots_ CCKM_GUARDED_BY(mutex_);
  std::condition_variable_any earlier_;
  std::atomic<SteadyTime> wake_at_{SteadyTime::max()};  // written under mutex_
  std::jthread thread_;
};

}  // namespace cckm
