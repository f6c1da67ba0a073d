// The refreshes that a collector watches, and when each is requested.
//
// Thread-safety: belongs to one poller thread.

#pragma once

#include <absl/container/btree_set.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/base/boxed_optional.h"
#include "collectors/base/clock.h"
#include "collectors/base/fingerprint.h"
#include "collectors/model/finished_summary.h"
#include "collectors/model/refresh.h"
#include "collectors/poll/replication.h"
#include "collectors/poll/schedule.h"

namespace cckm {

// Which reading of the list a due refresh is awaited from.
enum class Awaited : std::uint8_t { kNot, kFromThisListing, kFromNextListing };

struct Watched {
  std::string id;
  bool is_configured = false;       // else discovered
  bool was_found_finished = false;  // by discovery
  bool is_due = false;              // taken from the schedule and not given back yet
  Awaited awaited = Awaited::kNot;
  bool is_leaving = false;  // forgotten, but not given back yet
  bool is_final = false;
  bool completion_time_was_missing = false;
  bool lacks_units = false;        // known from before, without Refresh::units
  bool is_deleted = false;         // the appliance said so, and was asked twice where that was news
  bool on_new_connection = false;  // how it was requested last
  bool needs_new_connection = false;
  Teller told_by = kNobody;  // whose answer described it last
  // What the last answer that did not carry this id carried in its place: another one, or none.
  BoxedOptional<std::string> other_id = {};
  FinishedSummary summary = {};  // of the last answer; of a final one to see whether it changed
  std::optional<WallTime> updated_at = {};  // the newest told
  // Of the last answer as it was written, where the same again is no news; see repeated_answers.h.
  Fingerprint fingerprint = {};
  SteadyTime repeats_until = {};
  std::uint32_t listing = 0;  // the number of the last reading of the list that named it
  RefreshIndex follower = 0;  // what was looked for after it the last time
};

// A finished refresh that is known from before.
struct KnownRefresh {
  std::string id;
  FinishedSummary summary;
};

// Takes out of `known` the oldest by creation until at most `most` are left besides those of
// `configured`, and returns the ids of those that are out.  Those that failed for unknown domains
// come last.
std::vector<std::string> TakeOutOldest(std::vector<KnownRefresh>& known,
                                       const std::vector<std::string>& configured,
                                       std::size_t most);

class Watchlist {
 public:
  // `random` outlives this.
  Watchlist(const ScheduleSettings& settings, SteadyTime start, Random& random)
      : schedule_(settings, start, random) {}
  Watchlist(const Watchlist&) = delete;
  Watchlist& operator=(const Watchlist&) = delete;

  // An entry; references stay valid until it is removed.
  Watched& operator[](RefreshIndex index) { return entries_[index]; }
  const Watched& operator[](RefreshIndex index) const { return entries_[index]; }
  // REQUIRES: not empty.
  std::optional<RefreshIndex> Find(std::string_view id);
  // The entry that Find() found last, or 0, and what it would find after the entry `last`.
  RefreshIndex last_found() const { return last_found_; }
  std::optional<RefreshIndex> FindAfter(RefreshIndex last, std::string_view id) const;
  // Takes an entry for the one that was looked for.
  void TakeFound(RefreshIndex index);
  std::size_t size() const { return index_.size(); }
  std::size_t discovered() const { return discovered_; }

  // Adds an entry that is due at the next tick.  REQUIRES: no entry of that id.
  RefreshIndex Add(std::string id, bool is_configured);
  // Adds an entry as if it had been discovered, that is final and not due before its recheck.
  void AddKnown(const KnownRefresh& known, SteadyTime now);
  void SetConfigured(RefreshIndex index, bool is_configured);
  // Has these configured, and no others.  Those that were are removed, or discovered from now on
  // where that is `discovery`.
  void Configure(const std::vector<std::string>& refresh_ids, bool discovery);
  // Forgets an entry; one that is due leaves when it is given back.
  void Remove(RefreshIndex index);

  // Takes what is due; each entry has to be given back.
  Schedule::Due TakeDue(SteadyTime now);
  void GiveBack(RefreshIndex index, SteadyTime now);
  // Takes what is now known of an entry.  A final one is due at its recheck, any other at each
  // tick.
  void Update(RefreshIndex index, const Refresh& refresh, bool is_final, SteadyTime now);
  // The next answer of an entry, or of each, is news whatever it says.
  void ForgetFingerprint(std::string_view id);
  void ForgetFingerprints();
  // Makes a final entry due at the next tick.
  void MakeDue(RefreshIndex index);
  Schedule& schedule() { return schedule_; }
  const Schedule& schedule() const { return schedule_; }

  // The discovered entry that is final and the oldest by creation.  Those that failed in the
  // day before `now` for nobody knows which domains come last: nothing else tells of them.
  std::optional<RefreshIndex> OldestFinalDiscovered(WallTime now);
  // Whether one of the discovered ones may have failed so.
  bool HasFailuresForUnknownDomains() const { return !last_to_go_.empty(); }
  // The discovered entry that is the oldest by creation, whatever its state.  Takes time in
  // proportion to the size.  REQUIRES: discovered() is not 0.
  RefreshIndex OldestDiscovered() const;

  template <typename Function>
  void ForEach(const Function& function) const {
    for (RefreshIndex index = 0; index < entries_.size(); ++index) {
      const Watched& entry = entries_[index];
      if (!entry.id.empty() && !entry.is_leaving) function(index, entry);
    }
  }

 private:
  struct IsBefore {
    using is_transparent = void;
    const std::deque<Watched>* entries;
    std::string_view IdOf(std::string_view id) const { return id; }
    std::string_view IdOf(RefreshIndex index) const { return (*entries)[index].id; }
    bool operator()(const auto& a, const auto& b) const { return IdOf(a) < IdOf(b); }
  };

  std::vector<RefreshIndex> Unconfigured(const std::vector<std::string>& refresh_ids,
                                         bool discovery) const;
  void Erase(RefreshIndex index);
  std::optional<RefreshIndex> Look(std::string_view id) const;
  void NoteEvictable(RefreshIndex index);
  void ForgetEvictable(RefreshIndex index);

  Schedule schedule_;
  std::deque<Watched> entries_;
  std::vector<RefreshIndex> free_;
  // Ordered, not hashed: ids come from the appliance.
  absl::btree_set<RefreshIndex, IsBefore> index_{IsBefore{&entries_}};
  RefreshIndex last_found_ = 0;
  using ByTime = std::set<std::pair<std::optional<WallTime>, RefreshIndex>>;
  ByTime evictable_;   // by creation
  ByTime last_to_go_;  // by completion
  std::size_t discovered_ = 0;
};

}  // namespace cckm
