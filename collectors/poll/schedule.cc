#include "collectors/poll/schedule.h"

#include <algorithm>
#include <utility>

namespace cckm {
namespace {

Nanoseconds PartOf(Nanoseconds length, double part) {
  return Nanoseconds(static_cast<std::int64_t>(static_cast<double>(length.count()) * part));
}

}  // namespace

Schedule::Schedule(const ScheduleSettings& settings, SteadyTime start, Random& random)
    : settings_(settings), random_(random), next_tick_(start), next_heartbeat_(start) {}

void Schedule::AddUnfinished(RefreshIndex index) { unfinished_.insert(index); }

void Schedule::Settle(RefreshIndex index, SteadyTime now) {
  RestUntil(index, now + settings_.recheck_interval +
                       PartOf(settings_.recheck_interval, random_.Uniform() / 10));
}

void Schedule::SettleLongAgo(RefreshIndex index, SteadyTime now) {
  RestUntil(index, now + PartOf(settings_.recheck_interval, random_.Uniform()));
}

void Schedule::RestUntil(RefreshIndex index, SteadyTime due) {
  if (settings_.recheck_interval == Nanoseconds::zero()) return;
  rechecks_.emplace(due, index);
  resting_[index] = due;
}

void Schedule::Remove(RefreshIndex index) {
  unfinished_.erase(index);
  const auto resting = resting_.extract(index);
  if (resting) rechecks_.erase({resting.mapped(), index});
}

Schedule::Due Schedule::Take(SteadyTime now) {
  Due due;
  if (now < next_tick_) return due;
  const std::set<RefreshIndex> unfinished = std::exchange(unfinished_, {});
  due.refreshes.assign(unfinished.begin(), unfinished.end());
  while (RecheckIsDue(now)) {
    const RefreshIndex index = rechecks_.begin()->second;
    due.refreshes.push_back(index);
    Remove(index);
  }
  due.heartbeat = due.refreshes.empty() && next_heartbeat_ <= now;
  if (due.heartbeat || !due.refreshes.empty()) {
    PutOffHeartbeat(now);
    const SteadyTime on_time = next_tick_ + settings_.poll_interval;
    next_tick_ = on_time > now ? on_time : now + settings_.poll_interval;
  }
  return due;
}

SteadyTime Schedule::NextDue() const {
  if (!unfinished_.empty()) return next_tick_;
  SteadyTime next = next_heartbeat_;
  if (!rechecks_.empty()) next = std::min(next, rechecks_.begin()->first);
  return std::max(next, next_tick_);
}

}  // namespace cckm
