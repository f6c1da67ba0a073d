// How many connections there are, and what is known of each: a slot for every thread of civetweb,
// which serves one connection after the other.
//
// Used by http_server.cc.  Thread-safety: the methods of ConnectionSlots may be called from any
// thread; a ConnectionSlot belongs to its thread.

#pragma once

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>

#include "collectors/base/mutex.h"
#include "exporter/web/server/connection_deadlines.h"
#include "exporter/web/server/tls_server_context.h"

namespace cckm {

struct ConnectionSlot {
  explicit ConnectionSlot(ConnectionDeadlines::Slot& slot) : deadline(slot) {}

  ConnectionDeadlines::Slot& deadline;
  bool is_taken = false;         // there is a connection, and it counts unless it is over the limit
  bool is_over_limit = false;    // it is told to go
  bool may_ask = false;          // its TLS, if any, is established
  bool was_refused = false;      // it sent what could not be understood, and was answered
  ConnectionSocket socket = {};  // as much as was found out
  const char* buffer = nullptr;  // of the thread: see request_head.h
  std::shared_ptr<const TlsServerContext> tls = {};
};

class ConnectionSlots {
 public:
  // Connections beyond `most` are over the limit.
  ConnectionSlots(std::size_t most, ConnectionDeadlines::Events events)
      : most_(most), deadlines_(std::move(events)) {}

  // Lives as long as this.
  ConnectionSlot& Add();

  // A connection begins; `slot.is_over_limit` says whether there is room for it.
  // REQUIRES: the slot is not taken.
  void Take(ConnectionSlot& slot);
  // The connection ends next.
  void Leave(ConnectionSlot& slot);

  // The connection is ended unless it does what it does within `time`, and does not stall for
  // `longest_stall`; zero: it may.
  void Limit(ConnectionSlot& slot, Nanoseconds time, Nanoseconds longest_stall = Nanoseconds(0)) {
    deadlines_.Set(slot.deadline, slot.socket, time, longest_stall);
  }
  void Unlimit(ConnectionSlot& slot) { deadlines_.Clear(slot.deadline); }

 private:
  const std::size_t most_;
  std::atomic<std::size_t> held_ = 0;
  Mutex mutex_;
  std::list<ConnectionSlot> slots_ CCKM_GUARDED_BY(mutex_);
  ConnectionDeadlines deadlines_;
};

}  // namespace cckm
