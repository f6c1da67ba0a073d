#include "collectors/poll/schedule_table.h"

#include <algorithm>
#include <utility>

#include "collectors/model/refresh.h"

namespace cckm {
namespace {

// What so many lists in a row do not have is gone, though none of them was complete.
constexpr std::uint64_t kReadingsUntilGone = 3;

bool IsUnfinished(const ScheduleRun& run) {
  return run.status == RunStatus::kScheduled || run.status == RunStatus::kInProgress;
}

bool HasEnded(const ScheduleRun& run) {
  return run.status == RunStatus::kCompleted || run.status == RunStatus::kFailed ||
         run.status == RunStatus::kAborted;
}

}  // namespace

void ScheduleTable::Begin(std::vector<RefreshSchedule> schedules, bool is_complete) {
  ++reading_;
  for (RefreshSchedule& schedule : schedules) {
    if (entries_.size() >= kMaxSchedules && !entries_.contains(schedule.id)) continue;
    Entry& entry = entries_[schedule.id];
    entry.listed_in = reading_;
    entry.known.schedule = std::move(schedule);
  }
  const std::uint64_t readings = is_complete ? 1 : kReadingsUntilGone;
  std::erase_if(entries_,
                [&](const auto& item) { return item.second.listed_in + readings <= reading_; });
  by_name_.clear();
  for (auto& [id, entry] : entries_) by_name_.emplace(entry.known.schedule.name, &entry);
}

void ScheduleTable::Take(const ScheduleRun& run) {
  if (!run.schedule_id.empty()) {
    const auto found = entries_.find(run.schedule_id);
    if (found != entries_.end()) TakeInto(found->second, run);
    return;
  }
  const auto [first, last] = by_name_.equal_range(run.schedule_name);
  for (auto found = first; found != last; ++found) TakeInto(*found->second, run);
}

// A list that changes while it is read may show a run twice, and a node of a cluster may know less
// of it than another: what has ended does not run again.
void ScheduleTable::TakeInto(Entry& entry, const ScheduleRun& run) const {
  if (run.has_unreadable_creation) entry.undated_in = reading_;
  std::optional<ScheduleRun>& newest = entry.known.newest_run;
  const bool is_same = newest && newest->id == run.id && !run.id.empty();
  if (newest && !is_same && run.created_at <= newest->created_at) return;
  entry.seen_in = reading_;
  if (!is_same || !HasEnded(*newest) || HasEnded(run)) newest = run;
}

bool ScheduleTable::HasSearched() const {
  return std::ranges::any_of(entries_, [](const auto& entry) { return entry.second.was_searched; });
}

bool ScheduleTable::HasUnsearched(std::optional<WallTime> known_from) const {
  return std::ranges::any_of(entries_, [known_from](const auto& item) {
    const Entry& entry = item.second;
    const bool is_younger = known_from && entry.known.schedule.created_at > known_from;
    return !entry.was_searched && !is_younger;
  });
}

bool ScheduleTable::EachHasARun() const {
  return std::ranges::all_of(
      entries_, [](const auto& entry) { return entry.second.known.newest_run.has_value(); });
}

void ScheduleTable::EndReading(const LookedBack& looked_back) {
  for (auto& [id, entry] : entries_) {
    const bool goes_on = std::exchange(entry.was_searched, true) && looked_back.is_gapless;
    const auto reach = [goes_on](WallTime& since, WallTime now_since) {
      since = goes_on ? std::min(since, now_since) : now_since;
    };
    reach(entry.known.runs_known_since, looked_back.since);
    reach(entry.known.runs_seen_since, looked_back.oldest);
    entry.known.has_undated_run = entry.undated_in == reading_;
  }
}

bool ScheduleTable::IsUnseenUnfinished(const Entry& entry) const {
  const std::optional<ScheduleRun>& newest = entry.known.newest_run;
  return newest && IsUnfinished(*newest) && entry.seen_in != reading_ &&
         IsValidRefreshId(newest->id);
}

bool ScheduleTable::HasUnseenUnfinished() const {
  return std::ranges::any_of(
      entries_, [this](const auto& entry) { return IsUnseenUnfinished(entry.second); });
}

std::optional<std::string> ScheduleTable::NextUnseenUnfinished() {
  const auto is_wanted = [this](const auto& entry) { return IsUnseenUnfinished(entry.second); };
  const auto turn = entries_.upper_bound(last_asked_);
  auto found = std::find_if(turn, entries_.end(), is_wanted);
  if (found == entries_.end()) found = std::find_if(entries_.begin(), turn, is_wanted);
  if (found == entries_.end() || !is_wanted(*found)) return std::nullopt;
  last_asked_ = found->first;
  return found->second.known.newest_run->id;
}

void ScheduleTable::Forget(std::string_view run_id) {
  for (auto& [id, entry] : entries_) {
    auto& newest = entry.known.newest_run;
    if (newest && newest->id == run_id) newest->status = RunStatus::kUnknown;
  }
}

std::vector<KnownSchedule> ScheduleTable::Copy() const {
  std::vector<KnownSchedule> all;
  all.reserve(entries_.size());
  for (const auto& [id, entry] : entries_) all.push_back(entry.known);
  return all;
}

}  // namespace cckm
