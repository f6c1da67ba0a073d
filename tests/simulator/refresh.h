// One refresh of the simulated appliance: a plan made when it starts, and what is visible of that
// plan at a given moment.  Nothing here changes by itself; time is an argument.
//
// Thread-safety: pure functions and values, from any thread.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/random.h"
#include "tests/simulator/units.h"

namespace cckm::simulator {

enum class Ending {
  kCompleted,
  kFailed,              // every unit failed
  kPartial,             // overall "completed", one unit with an error sentence
  kPartiallyCompleted,  // the same with the overall status "partially_completed"
  kCancelled,           // overall "completed" with abort true
};

struct UnitRun {
  UnitPtr unit;
  TimePoint ends_at;  // kNever: it does not end before its refresh does
  bool succeeds = true;
};

struct Refresh {
  std::string id;
  TimePoint created_at;
  TimePoint ends_at;  // the moment from which it counts as finished; kNever: not by itself
  Ending ending = Ending::kCompleted;
  std::optional<TimePoint> abort_at;  // when the cancel request comes or came
  std::vector<UnitRun> runs;
};

using RefreshPtr = std::shared_ptr<const Refresh>;

// Chances in percent of the endings other than completed; together at most 100.
struct EndingChances {
  unsigned failed = 0;
  unsigned partial = 0;
  unsigned cancelled = 0;
};

// Completed where the draw asks for a partial ending of a single unit.
Ending DrawEnding(Random& random, const EndingChances& chances, std::size_t unit_count);

struct RefreshPlan {
  std::string id;
  TimePoint created_at;
  std::chrono::nanoseconds duration;
  Ending ending = Ending::kCompleted;
};

// The units end one after the other, evenly spread; the last one ends with the refresh.  A planned
// cancellation comes at half of the duration.  REQUIRES: a partial ending has two units or more.
Refresh MakeRefresh(RefreshPlan plan, const std::vector<UnitPtr>& units, Random& random);

// The same refresh without an end.
Refresh MakeEndless(Refresh refresh);

// The refresh with a cancel request at `now`, which takes effect after `delay` at the latest.
Refresh MakeAborted(Refresh refresh, TimePoint now, std::chrono::nanoseconds delay);

// The refresh ended at `now` with the given ending, which settles every unit: under a partial
// ending the last one failed; a cancelled one keeps what had ended and cancels the others.
// REQUIRES: a partial ending has two units or more.
Refresh MakeFinished(Refresh refresh, TimePoint now, Ending ending);

bool IsFinished(const Refresh& refresh, TimePoint now);
bool IsAborted(const Refresh& refresh, TimePoint now);

// When the visible state last changed, not after `now` for a running refresh.
TimePoint UpdatedAt(const Refresh& refresh, TimePoint now);

enum class UnitState { kRunning, kSucceeded, kFailed, kCancelled };
UnitState StateOf(const UnitRun& run, const Refresh& refresh, TimePoint now);

}  // namespace cckm::simulator
