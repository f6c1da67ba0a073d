#include "collectors/poll/schedule.h"

#include <algorithm>
#include <utility>

namespace cckm {

Schedule::Schedule(const ScheduleSettings& settings, SteadyTime start, Random& random)
    : settings_(settings), random_(random), next_tick_(start), next_heartbeat_(start) {}

void Schedule::AddUnfinished(RefreshIndex index) { unfinished_.push_back(index); }

void Schedule::Settle(RefreshIndex index, SteadyTime now) {
  if (settings_.recheck_interval == Nanoseconds::zero()) return;
  const auto spread = static_cast<std::int64_t>(
      static_cast<double>(settings_.recheck_interval.count()) / 10.0 * random_.Uniform());
  rechecks_.push({now + settings_.recheck_interval + Nanoseconds(spread), index});
}

Schedule::Due Schedule::Take(SteadyTime now) {
  Due due;
  if (now < next_tick_) return due;
  due.refreshes = std::exchange(unfinished_, {});
  for (; RecheckIsDue(now); rechecks_.pop()) due.refreshes.push_back(rechecks_.top().index);
  due.heartbeat = due.refreshes.empty() && next_heartbeat_ <= now;
  if (due.heartbeat || !due.refreshes.empty()) {
    next_heartbeat_ = now + settings_.heartbeat_interval;
    const SteadyTime on_time = next_tick_ + settings_.poll_interval;
    next_tick_ = on_time > now ? on_time : now + settings_.poll_interval;
  }
  return due;
}

SteadyTime Schedule::NextDue() const {
  if (!unfinished_.empty()) return next_tick_;
  SteadyTime next = next_heartbeat_;
  if (!rechecks_.empty()) next = std::min(next, rechecks_.top().due);
  return std::max(next, next_tick_);
}

}  // namespace cckm
