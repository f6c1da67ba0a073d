#include "exporter/web/connection_seats.h"

namespace cckm {

Seat& ConnectionSeats::Add() {
  ConnectionDeadlines::Slot& slot = deadlines_.AddSlot();
  const MutexLock lock(mutex_);
  return seats_.emplace_back(slot);
}

void ConnectionSeats::Take(Seat& seat) {
  seat.is_taken = true;
  seat.is_surplus = held_.fetch_add(1) >= most_;
  if (seat.is_surplus) held_.fetch_sub(1);
}

void ConnectionSeats::Leave(Seat& seat) {
  Unlimit(seat);
  if (!seat.is_surplus) held_.fetch_sub(1);
  seat.is_taken = seat.is_surplus = seat.may_ask = seat.was_refused = false;
  seat.socket = {};
  seat.tls.reset();
}

}  // namespace cckm
