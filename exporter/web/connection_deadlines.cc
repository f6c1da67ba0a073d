#include "exporter/web/connection_deadlines.h"

#include <algorithm>
#include <utility>

namespace cckm {

ConnectionDeadlines::ConnectionDeadlines(End end)
    : end_(std::move(end)), thread_([this](const std::stop_token& stop) { Run(stop); }) {}

ConnectionDeadlines::Slot& ConnectionDeadlines::AddSlot() {
  const MutexLock lock(mutex_);
  return slots_.emplace_back();
}

// Whoever comes after the thread's look at this slot finds wake_at_ as the thread left it: the
// slot's mutex orders the two.
void ConnectionDeadlines::Set(Slot& slot, const ConnectionSocket& socket, Nanoseconds time) {
  const SteadyTime deadline = clock_.SteadyNow() + time;
  {
    const MutexLock lock(slot.mutex_);
    slot.socket_ = socket;
    slot.deadline_ = deadline;
  }
  if (deadline >= wake_at_.load()) return;
  const MutexLock lock(mutex_);
  if (deadline >= wake_at_.load()) return;
  wake_at_ = deadline;
  earlier_.notify_one();
}

void ConnectionDeadlines::Clear(Slot& slot) {
  const MutexLock lock(slot.mutex_);
  slot.deadline_.reset();
}

SteadyTime ConnectionDeadlines::EndOverdue(SteadyTime now) {
  SteadyTime first = SteadyTime::max();
  for (Slot& slot : slots_) {
    const MutexLock lock(slot.mutex_);
    if (!slot.deadline_) continue;
    if (*slot.deadline_ > now) {
      first = std::min(first, *slot.deadline_);
      continue;
    }
    end_(slot.socket_);
    slot.deadline_.reset();
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
