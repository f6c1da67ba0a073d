#include "collectors/poll/refresh_tracker.h"

#include <algorithm>
#include <utility>

#include "collectors/poll/refresh_reader.h"
#include "collectors/poll/repeated_answers.h"

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

// What an entry of the list says of a refresh whose summary is `known`.  A list that tells no end,
// or no domains, does not say that there are none.
FinishedSummary SummaryOfEntry(const Refresh& entry, const FinishedSummary& known) {
  FinishedSummary summary = SummaryOf(entry);
  if (!entry.completed_at) summary.completed_at = known.completed_at;
  if (entry.domains.empty()) summary.domains = known.domains;
  return summary;
}

}  // namespace

RefreshTracker::RefreshTracker(const History& history, const Clock& clock,
                               const Replication& replication, Watchlist& watched,
                               PollUpdateBuilder& update)
    : history_(history),
      clock_(clock),
      replication_(replication),
      watched_(watched),
      update_(update) {}

void RefreshTracker::AddKnown(const KnownRefresh& known) {
  watched_.AddKnown(known, clock_.SteadyNow());
  NoteTimes(known.summary);
}

void RefreshTracker::Take(RefreshIndex index, Refresh refresh, const Fingerprint& fingerprint) {
  Watched& watched = watched_[index];
  watched.fingerprint = {};
  watched.told_by = replication_.teller();
  if (IsBehind(watched, refresh)) {
    RefreshAnswer behind{.kind = RefreshAnswer::Kind::kBehind, .refresh = {}};
    behind.refresh.id = std::move(refresh.id);
    return update_.AddAnswer(std::move(behind));
  }
  watched.updated_at = std::max(watched.updated_at, refresh.updated_at);
  RefreshAnswer answer{.kind = RefreshAnswer::Kind::kRefresh, .refresh = std::move(refresh)};
  answer.is_final = IsFinal(watched, answer.refresh);
  const Refresh& taken = answer.refresh;
  const auto& ended_at = taken.completed_at ? taken.completed_at : taken.created_at;
  answer.counts =
      !watched.was_found_finished || history_.counts || !(ended_at <= history_.baseline);
  watched_.Update(index, taken, answer.is_final, clock_.SteadyNow());
  NoteAnswer(taken, fingerprint, clock_.SteadyNow(), watched);
  if (answer.is_final) NoteTimes(watched.summary);
  update_.AddAnswer(std::move(answer));
}

void RefreshTracker::TakeListed(RefreshIndex index, Refresh entry, const Fingerprint& fingerprint) {
  Watched& watched = watched_[index];
  watched.is_deleted = false;
  watched.told_by = replication_.teller();
  if (!IsKnown(watched, entry)) Take(index, std::move(entry), fingerprint);
}

void RefreshTracker::TakeRepeated(RefreshIndex index) {
  Watched& watched = watched_[index];
  watched.is_deleted = false;
  watched.told_by = replication_.teller();
  update_.AddRepeated(watched.id);
}

// A refresh begins once and ends once: that it ended is news whatever the clocks of the nodes say,
// and that it runs again is none unless it was told after the end.
bool RefreshTracker::IsBehind(const Watched& watched, const Refresh& refresh) const {
  if (!replication_.is_cluster()) return false;
  const bool is_finished = IsFinished(refresh.status);
  if (watched.is_final && !is_finished) {
    return refresh.updated_at <= std::max(watched.updated_at, watched.summary.completed_at);
  }
  if (!watched.is_final && is_finished) return false;
  // Nobody knows when an end that the ledger has was told.
  if (watched.is_final && !watched.updated_at && !replication_.KnowsAll()) {
    return Contradicts(SummaryOf(refresh), watched.summary);
  }
  return refresh.updated_at && refresh.updated_at < watched.updated_at;
}

bool RefreshTracker::IsKnown(const Watched& watched, const Refresh& entry) const {
  return watched.is_final && !LacksUnits(watched) &&
         SummaryOfEntry(entry, watched.summary) == watched.summary;
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
    const bool is_of_future =
        watched.summary.created_at > latest || watched.summary.completed_at > latest;
    if (watched.is_final && is_of_future) watched_.MakeDue(index);
  });
}

void RefreshTracker::NoteTimes(const FinishedSummary& summary) {
  latest_known_time_ = std::max({latest_known_time_, summary.created_at.value_or(WallTime()),
                                 summary.completed_at.value_or(WallTime())});
}

}  // namespace cckm
