#include "exporter/web/server/connection_slots.h"

namespace cckm {

ConnectionSlot& ConnectionSlots::Add() {
  ConnectionDeadlines::Slot& slot = deadlines_.AddSlot();
  const MutexLock lock(mutex_);
  return slots_.emplace_back(slot);
}

void ConnectionSlots::Take(ConnectionSlot& slot) {
  slot.is_taken = true;
  slot.is_over_limit = held_.fetch_add(1) >= most_;
  if (slot.is_over_limit) held_.fetch_sub(1);
}

void ConnectionSlots::Leave(ConnectionSlot& slot) {
  Unlimit(slot);
  if (!slot.is_over_limit) held_.fetch_sub(1);
  slot.is_taken = slot.is_over_limit = slot.may_ask = slot.was_refused = false;
  slot.socket = {};
  slot.tls.reset();
}

}  // namespace cckm
