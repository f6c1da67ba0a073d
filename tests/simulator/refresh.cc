#include "tests/simulator/refresh.h"

#include <algorithm>
#include <utility>

namespace cckm::simulator {
namespace {

// In the documented examples a fresh object was written 4 to 50 ms after its creation, and a
// finished one 146 microseconds after completed_at.
constexpr std::chrono::nanoseconds kFirstWrite = std::chrono::microseconds(3853);
constexpr std::chrono::nanoseconds kLastWrite = std::chrono::microseconds(146);

bool IsPartial(Ending ending) {
  return ending == Ending::kPartial || ending == Ending::kPartiallyCompleted;
}

std::vector<UnitRun> SpreadRuns(const RefreshPlan& plan, const std::vector<UnitPtr>& units) {
  std::vector<UnitRun> runs;
  runs.reserve(units.size());
  const auto count = static_cast<std::int64_t>(units.size());
  for (const UnitPtr& unit : units) {
    const auto place = static_cast<std::int64_t>(runs.size()) + 1;
    // Divided first: a long duration times many units would not fit.
    const auto ends_at = place == count ? plan.duration : plan.duration / count * place;
    runs.push_back({unit, plan.created_at + ends_at, plan.ending != Ending::kFailed});
  }
  return runs;
}

void StopUnfinishedUnits(Refresh& refresh, TimePoint at) {
  for (UnitRun& run : refresh.runs) {
    if (run.ends_at > at) run.ends_at = kNever;
  }
}

}  // namespace

Ending DrawEnding(Random& random, const EndingChances& chances, std::size_t unit_count) {
  const std::uint64_t draw = random.Below(100);
  const bool odd = random.Below(2) == 1;
  if (draw < chances.failed) return Ending::kFailed;
  if (draw < chances.failed + chances.partial) {
    if (unit_count < 2) return Ending::kCompleted;
    return odd ? Ending::kPartiallyCompleted : Ending::kPartial;
  }
  if (draw < chances.failed + chances.partial + chances.cancelled) return Ending::kCancelled;
  return Ending::kCompleted;
}

Refresh MakeRefresh(RefreshPlan plan, const std::vector<UnitPtr>& units, Random& random) {
  Refresh refresh;
  refresh.runs = SpreadRuns(plan, units);
  refresh.id = std::move(plan.id);
  refresh.created_at = plan.created_at;
  refresh.ends_at = plan.created_at + plan.duration;
  refresh.ending = plan.ending;
  if (IsPartial(plan.ending)) refresh.runs[random.Below(units.size())].succeeds = false;
  if (plan.ending == Ending::kCancelled) {
    refresh.abort_at = plan.created_at + plan.duration / 2;
    StopUnfinishedUnits(refresh, *refresh.abort_at);
  }
  return refresh;
}

Refresh MakeEndless(Refresh refresh) {
  refresh.ends_at = kNever;
  refresh.abort_at.reset();
  for (UnitRun& run : refresh.runs) run.ends_at = kNever;
  return refresh;
}

Refresh MakeAborted(Refresh refresh, TimePoint now, std::chrono::nanoseconds delay) {
  refresh.abort_at = now;
  refresh.ends_at = std::min(refresh.ends_at, now + delay);
  refresh.ending = Ending::kCancelled;
  StopUnfinishedUnits(refresh, now);
  return refresh;
}

Refresh MakeFinished(Refresh refresh, TimePoint now, Ending ending) {
  refresh.ends_at = now;
  refresh.ending = ending;
  refresh.abort_at.reset();
  if (ending == Ending::kCancelled) {
    refresh.abort_at = now;
    StopUnfinishedUnits(refresh, now);
    return refresh;
  }
  for (UnitRun& run : refresh.runs) {
    run.ends_at = std::min(run.ends_at, now);
    run.succeeds = ending != Ending::kFailed;
  }
  if (IsPartial(ending)) refresh.runs.back().succeeds = false;
  return refresh;
}

bool IsFinished(const Refresh& refresh, TimePoint now) { return now >= refresh.ends_at; }

bool IsAborted(const Refresh& refresh, TimePoint now) {
  return refresh.abort_at && now >= *refresh.abort_at;
}

TimePoint UpdatedAt(const Refresh& refresh, TimePoint now) {
  if (IsFinished(refresh, now)) return refresh.ends_at + kLastWrite;
  TimePoint latest = std::min(refresh.created_at + kFirstWrite, std::max(now, refresh.created_at));
  if (IsAborted(refresh, now)) latest = std::max(latest, *refresh.abort_at);
  for (const UnitRun& run : refresh.runs) {
    if (run.ends_at <= now) latest = std::max(latest, run.ends_at);
  }
  return latest;
}

UnitState StateOf(const UnitRun& run, const Refresh& refresh, TimePoint now) {
  if (run.ends_at <= now) return run.succeeds ? UnitState::kSucceeded : UnitState::kFailed;
  return IsFinished(refresh, now) ? UnitState::kCancelled : UnitState::kRunning;
}

}  // namespace cckm::simulator
