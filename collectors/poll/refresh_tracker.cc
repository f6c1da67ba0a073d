#include "collectors/poll/refresh_tracker.h"

#include <algorithm>
#include <utility>

#include "collectors/poll/refresh_reader.h"

namespace cckm {
namespace {

// A refresh that is finished without completed_at is requested once more before updatedAt stands in
// for it: the appliance may show the state a moment before the time.
bool IsFinal(Watched& watched, Refresh& refresh) {
  if (!IsFinished(refresh.status)) {
    watched.completion_time_was_missing = false;
    return false;
  }
  if (refresh.completed_at) return true;
  const bool was_missing = std::exchange(watched.completion_time_was_missing, true);
  if (!was_missing && !watched.is_final) return false;
  refresh.anomalies.Add(Anomaly::kMissingCompletionTime);
  refresh.completed_at = refresh.updated_at;
  const auto duration = DurationOf(refresh);
  if (duration && *duration < Nanoseconds::zero())
    refresh.anomalies.Add(Anomaly::kNegativeDuration);
  return true;
}

}  // namespace

RefreshTracker::RefreshTracker(const History& history, const Clock& clock, Watchlist& watched,
                               PollUpdateBuilder& update)
    : history_(history), clock_(clock), watched_(watched), update_(update) {}

void RefreshTracker::AddKnown(const KnownRefresh& known) {
  watched_.AddKnown(known, clock_.SteadyNow());
  NoteTimes(known.created_at, known.completed_at);
}

void RefreshTracker::Take(RefreshIndex index, Refresh refresh) {
  Watched& watched = watched_[index];
  RefreshAnswer answer{.kind = RefreshAnswer::Kind::kRefresh, .refresh = std::move(refresh)};
  answer.is_final = IsFinal(watched, answer.refresh);
  const Refresh& taken = answer.refresh;
  const auto& ended_at = taken.completed_at ? taken.completed_at : taken.created_at;
  answer.counts =
      !watched.was_found_finished || history_.counts || !(ended_at <= history_.baseline);
  if (answer.is_final) NoteTimes(taken.created_at, taken.completed_at);
  watched_.Update(index, taken, answer.is_final, clock_.SteadyNow());
  update_.AddAnswer(std::move(answer));
}

void RefreshTracker::TakeListed(RefreshIndex index, Refresh entry) {
  Watched& watched = watched_[index];
  watched.is_deleted = false;
  if (!IsKnown(watched, entry)) Take(index, std::move(entry));
}

bool RefreshTracker::IsKnown(const Watched& watched, const Refresh& entry) const {
  return watched.is_final && !LacksUnits(watched) && watched.status == entry.status &&
         watched.created_at == entry.created_at &&
         (!entry.completed_at || watched.completed_at == entry.completed_at);
}

// Without a failure that names no domain nobody looks for who did the same units later.
bool RefreshTracker::LacksUnits(const Watched& watched) const {
  return watched.lacks_units && watched_.HasFailuresForUnknownDomains();
}

void RefreshTracker::SetBaseline(WallTime now) {
  if (history_.baseline && *history_.baseline <= now + RefreshReader::kMaxAhead) return;
  history_.baseline = now;
  update_.SetBaseline(now);
}

void RefreshTracker::TakeDate(WallTime date) {
  const WallTime latest = date + RefreshReader::kMaxAhead;
  if (latest_known_time_ <= latest) return;
  latest_known_time_ = {};
  watched_.ForEach([&](RefreshIndex index, const Watched& watched) {
    const bool is_of_future = watched.created_at > latest || watched.completed_at > latest;
    if (watched.is_final && is_of_future) watched_.MakeDue(index);
  });
}

void RefreshTracker::NoteTimes(const std::optional<WallTime>& created_at,
                               const std::optional<WallTime>& completed_at) {
  latest_known_time_ = std::max(
      {latest_known_time_, created_at.value_or(WallTime()), completed_at.value_or(WallTime())});
}

}  // namespace cckm
