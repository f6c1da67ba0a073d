#include "exporter/web/server/connection_deadlines.h"

#include <algorithm>
#include <utility>

namespace cckm {
namespace {

// Often enough that a stall is noticed soon after it is too long.
SteadyTime LookAfter(SteadyTime now, Nanoseconds longest_stall) { return now + longest_stall / 4; }

}  // namespace

ConnectionDeadlines::ConnectionDeadlines(Events events)
    : events_(std::move(events)), thread_([this](const std::stop_token& stop) { Run(stop); }) {}

ConnectionDeadlines::Slot& ConnectionDeadlines::AddSlot() {
  const MutexLock lock(mutex_);
  return slots_.emplace_back();
}

// Whoever comes after the thread's look at this slot finds wake_at_ as the thread left it: the
// slot's mutex orders the two.
void ConnectionDeadlines::Set(Slot& slot, const ConnectionSocket& socket, Nanoseconds time,
                              Nanoseconds longest_stall) {
  const SteadyTime now = clock_.SteadyNow();
  const SteadyTime deadline = now + time;
  const SteadyTime look = longest_stall > Nanoseconds(0) ? LookAfter(now, longest_stall) : deadline;
  {
    const MutexLock lock(slot.mutex_);
    slot.socket_ = socket;
    slot.deadline_ = deadline;
    slot.longest_stall_ = longest_stall;
    slot.next_look_ = look;
    slot.progressed_at_ = now;
    slot.taken_.reset();
  }
  const SteadyTime first = std::min(deadline, look);
  if (first >= wake_at_.load()) return;
  const MutexLock lock(mutex_);
  if (first >= wake_at_.load()) return;
  wake_at_ = first;
  earlier_.notify_one();
}

void ConnectionDeadlines::Clear(Slot& slot) {
  const MutexLock lock(slot.mutex_);
  slot.deadline_.reset();
}

// A client whose progress cannot be told is left to the deadline.
bool ConnectionDeadlines::HasStalled(Slot& slot, SteadyTime now) {
  if (slot.longest_stall_ == Nanoseconds(0) || now < slot.next_look_) return false;
  slot.next_look_ = LookAfter(now, slot.longest_stall_);
  const auto taken = events_.taken(slot.socket_);
  if (!taken || taken != slot.taken_) {
    slot.taken_ = taken;
    slot.progressed_at_ = now;
  }
  return now - slot.progressed_at_ >= slot.longest_stall_;
}

SteadyTime ConnectionDeadlines::EndOverdue(SteadyTime now) {
  SteadyTime first = SteadyTime::max();
  for (Slot& slot : slots_) {
    const MutexLock lock(slot.mutex_);
    if (!slot.deadline_) continue;
    if (*slot.deadline_ <= now || HasStalled(slot, now)) {
      events_.end(slot.socket_);
      slot.deadline_.reset();
      continue;
    }
    first = std::min(first, *slot.deadline_);
    if (slot.longest_stall_ > Nanoseconds(0)) first = std::min(first, slot.next_look_);
  }
  return first;
}

void ConnectionDeadlines::Run(const std::stop_token& stop) {
  const MutexLock lock(mutex_);
  while (!stop.stop_requested()) {
    const SteadyTime wait_until = wake_at_;
    const auto is_earlier = [&] { return wake_at_.load() < wait_until; };
    if (wait_until == SteadyTime::max()) {
      earlier_.wait(mutex_, stop, is_earlier);
    } else {
      earlier_.wait_until(mutex_, stop, wait_until, is_earlier);
    }
    if (clock_.SteadyNow() < wake_at_.load()) continue;
    wake_at_ = SteadyTime::max();  // before the look: a Set() during it is compared with this
    wake_at_ = EndOverdue(clock_.SteadyNow());
  }
}

}  // namespace cckm
