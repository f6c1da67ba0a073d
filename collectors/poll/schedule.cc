#include "collectors/poll/schedule.h"

#include <algorithm>

namespace cckm {
namespace {

Nanoseconds PartOf(Nanoseconds length, double part) {
  return Nanoseconds(static_cast<std::int64_t>(static_cast<double>(length.count()) * part));
}

}  // namespace

Schedule::Schedule(const ScheduleSettings& settings, SteadyTime start, Random& random)
    : settings_(settings), random_(random), next_tick_(start), next_heartbeat_(start) {}

void Schedule::AddUnfinished(RefreshIndex index) { SetUnfinished(index, true); }

void Schedule::SetUnfinished(RefreshIndex index, bool is_unfinished) {
  if (index >= unfinished_.size()) unfinished_.resize(index + std::size_t{1});
  if (unfinished_[index] == is_unfinished) return;
  unfinished_[index] = is_unfinished;
  is_unfinished ? ++unfinished_count_ : --unfinished_count_;
}

void Schedule::RecheckLater(RefreshIndex index, SteadyTime now) {
  RecheckAt(index, now + settings_.recheck_interval +
                       PartOf(settings_.recheck_interval, random_.Uniform() / 10));
}

void Schedule::RecheckWithinInterval(RefreshIndex index, SteadyTime now) {
  RecheckAt(index, now + PartOf(settings_.recheck_interval, random_.Uniform()));
}

void Schedule::RecheckAt(RefreshIndex index, SteadyTime due) {
  if (settings_.recheck_interval == Nanoseconds::zero()) return;
  rechecks_.emplace(due, index);
  recheck_times_[index] = due;
}

void Schedule::Remove(RefreshIndex index) {
  SetUnfinished(index, false);
  const auto recheck = recheck_times_.extract(index);
  if (recheck) rechecks_.erase({recheck.mapped(), index});
}

Schedule::Due Schedule::Take(SteadyTime now) {
  Due due;
  if (now < next_tick_) return due;
  due.refreshes.reserve(unfinished_count_);
  for (RefreshIndex index = 0; unfinished_count_ != 0; ++index) {
    if (!unfinished_[index]) continue;
    SetUnfinished(index, false);
    due.refreshes.push_back(index);
  }
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
  if (unfinished_count_ != 0) return next_tick_;
  SteadyTime next = next_heartbeat_;
  if (!rechecks_.empty()) next = std::min(next, rechecks_.begin()->first);
  return std::max(next, next_tick_);
}

}  // namespace cckm
