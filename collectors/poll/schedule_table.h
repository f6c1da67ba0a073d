// The schedules of one appliance, each with its newest run, and since when all of its runs are
// known.
//
// Called by ScheduleRuns and ScheduleReader.  Thread-safety: belongs to one poller thread.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/model/refresh_schedule.h"
#include "collectors/poll/schedule_update.h"

namespace cckm {

class ScheduleTable {
 public:
  // Begins a reading with the schedules of a list.  Those that it does not have leave, if it
  // `is_complete`; those that three lists in a row do not have leave anyway.  At most kMaxSchedules
  // are held.
  void Begin(std::vector<RefreshSchedule> schedules, bool is_complete);

  // Takes a run into its schedule: by schedule_id or, where it has none, into all of its name.
  void Take(const ScheduleRun& run);

  bool empty() const { return entries_.empty(); }
  // The runs of some schedule were looked through before.
  bool HasSearched() const;
  // Some schedule came after that, and may have runs that were created before `known_from`.
  bool HasUnsearched(std::optional<WallTime> known_from) const;
  // Every schedule has a run.
  bool EachHasARun() const;

  // How far a reading looked back, all schedules alike.
  struct LookedBack {
    WallTime since = KnownSchedule::kNoRuns;   // all runs from then on were seen
    WallTime oldest = KnownSchedule::kNoRuns;  // creation of the oldest that was seen so
    // The reading before and this one left no run between them unseen.
    bool is_gapless = false;
  };
  void EndReading(const LookedBack& looked_back);

  // The id of the next newest run that has not ended and was not seen in this reading, turn by
  // turn; none: there is none.
  std::optional<std::string> NextUnseenUnfinished();
  bool HasUnseenUnfinished() const;
  // That run does not exist any more.
  void Forget(std::string_view run_id);

  std::vector<KnownSchedule> Copy() const;

 private:
  struct Entry {
    KnownSchedule known;
    bool was_searched = false;
    std::uint64_t seen_in = 0;     // the reading that saw the newest run last
    std::uint64_t undated_in = 0;  // the reading that saw a run with an unreadable creation last
    std::uint64_t listed_in = 0;   // the reading that listed the schedule last
  };

  void TakeInto(Entry& entry, const ScheduleRun& run) const;
  bool IsUnseenUnfinished(const Entry& entry) const;

  std::map<std::string, Entry, std::less<>> entries_;  // by the schedule's id
  std::multimap<std::string, Entry*, std::less<>> by_name_;
  std::uint64_t reading_ = 0;
  std::string last_asked_;  // the schedule whose run was asked for last
};

}  // namespace cckm
