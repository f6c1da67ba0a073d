// When which refresh of one collector is requested: a pure calculation on steady time.
//
// Unfinished refreshes are due at every tick of poll_interval.  A final one is due again after
// recheck_interval and up to a tenth more, so that many that ended together are requested apart.
// When nothing was due for heartbeat_interval, a heartbeat is.
// Thread-safety: belongs to one poller thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/random.h"
#include "collectors/poll/poll_settings.h"

namespace cckm {

// Position of a refresh in its collector.
using RefreshIndex = std::uint32_t;

class Schedule {
 public:
  // The first poll is due at `start`.
  Schedule(const ScheduleSettings& settings, SteadyTime start, Random& random);

  // The refresh is due at every tick from now on.
  void AddUnfinished(RefreshIndex index);

  // The refresh is final and due at its recheck.  REQUIRES: it was not added, or was taken or
  // removed since.
  void RecheckLater(RefreshIndex index, SteadyTime now);

  // The same for one that became final at an unknown time: its recheck comes at any time within
  // recheck_interval.
  void RecheckWithinInterval(RefreshIndex index, SteadyTime now);

  // Forgets a refresh that was not taken.
  void Remove(RefreshIndex index);

  struct Due {
    std::vector<RefreshIndex> refreshes;
    bool heartbeat = false;  // nothing else is due: request one list entry
  };
  // Begins a poll: what is due at `now`, at most once a tick.  A taken refresh has to be given back
  // with AddUnfinished or RecheckLater.  When ticks were missed, one poll makes up for all of them.
  Due Take(SteadyTime now);

  // Something else was requested, so that no heartbeat is needed.
  void PutOffHeartbeat(SteadyTime now) { next_heartbeat_ = now + settings_.heartbeat_interval; }

  // The earliest time at which Take() has something to give.
  SteadyTime NextDue() const;

 private:
  void SetUnfinished(RefreshIndex index, bool is_unfinished);
  void RecheckAt(RefreshIndex index, SteadyTime due);
  bool RecheckIsDue(SteadyTime now) const {
    return !rechecks_.empty() && rechecks_.begin()->first <= now;
  }

  const ScheduleSettings settings_;
  Random& random_;
  SteadyTime next_tick_;
  SteadyTime next_heartbeat_;
  std::vector<bool> unfinished_;  // by RefreshIndex
  std::size_t unfinished_count_ = 0;
  std::set<std::pair<SteadyTime, RefreshIndex>> rechecks_;
  std::unordered_map<RefreshIndex, SteadyTime> recheck_times_;
};

}  // namespace cckm
