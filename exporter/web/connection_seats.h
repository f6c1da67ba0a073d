// How many connections there are, and what is known of each: a seat for every thread of civetweb,
// which serves one connection after the other.
//
// Used by http_server.cc.  Thread-safety: the methods of ConnectionSeats may be called from any
// thread; a Seat belongs to its thread.

#pragma once

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>

#include "collectors/base/mutex.h"
#include "exporter/web/connection_deadlines.h"
#include "exporter/web/tls_server_context.h"

namespace cckm {

struct Seat {
  explicit Seat(ConnectionDeadlines::Slot& slot) : deadline(slot) {}

  ConnectionDeadlines::Slot& deadline;
  bool is_taken = false;         // there is a connection, and it counts unless it is a surplus one
  bool is_surplus = false;       // it is told to go
  bool may_ask = false;          // its TLS, if any, is established
  bool was_refused = false;      // it sent what could not be understood, and was answered
  ConnectionSocket socket = {};  // as much as was found out
  const char* buffer = nullptr;  // of the thread: see request_head.h
  std::shared_ptr<const TlsServerContext> tls = {};
};

class ConnectionSeats {
 public:
  // Connections beyond `most` are surplus.
  ConnectionSeats(std::size_t most, ConnectionDeadlines::Events events)
      : most_(most), deadlines_(std::move(events)) {}

  // Lives as long as this.
  Seat& Add();

  // A connection begins; `seat.is_surplus` says whether there is room for it.
  // REQUIRES: the seat is not taken.
  void Take(Seat& seat);
  // The connection ends next.
  void Leave(Seat& seat);

  // The connection is ended unless it does what it does within `time`, and does not stall for
  // `longest_stall`; zero: it may.
  void Limit(Seat& seat, Nanoseconds time, Nanoseconds longest_stall = Nanoseconds(0)) {
    deadlines_.Set(seat.deadline, seat.socket, time, longest_stall);
  }
  void Unlimit(Seat& seat) { deadlines_.Clear(seat.deadline); }

 private:
  const std::size_t most_;
  std::atomic<std::size_t> held_ = 0;
  Mutex mutex_;
  std::list<Seat> seats_ CCKM_GUARDED_BY(mutex_);
  ConnectionDeadlines deadlines_;
};

}  // namespace cckm
