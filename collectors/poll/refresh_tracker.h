// What the appliance said last of the watched refreshes: whether that is final, whether it counts,
// and what of it is news to the other side.
//
// Called by the classes of a collector.  Thread-safety: belongs to one poller thread.

#pragma once

#include <optional>

#include "collectors/base/clock.h"
#include "collectors/model/finished_summary.h"
#include "collectors/model/refresh.h"
#include "collectors/poll/poll_update_builder.h"
#include "collectors/poll/replication.h"
#include "collectors/poll/watchlist.h"

namespace cckm {

class RefreshTracker {
 public:
  struct History {
    bool counts = false;                    // what had finished before the first discovery
    std::optional<WallTime> baseline = {};  // when that began, by the appliance's clock
  };

  // The references outlive this.
  RefreshTracker(const History& history, const Clock& clock, const Replication& replication,
                 Watchlist& watched, PollUpdateBuilder& update);

  // Watches a refresh that is final and known from before.
  void AddKnown(const KnownRefresh& known);

  // Takes what the appliance says of a watched refresh, and the fingerprint of how it says it; what
  // a node of a cluster says that is behind another changes nothing.
  void Take(RefreshIndex index, Refresh refresh, const Fingerprint& fingerprint = {});
  // The same as an entry of the list says it, which is left out where it is no news.
  void TakeListed(RefreshIndex index, Refresh entry, const Fingerprint& fingerprint = {});
  // Takes that the appliance says the same as before; see repeated_answers.h.
  void TakeRepeated(RefreshIndex index);

  // Takes when a discovery began.  The first one counts; a later one where the appliance's clock
  // was ahead at the first and has come back.
  void SetBaseline(WallTime now);

  // Takes the Date of a response.  What a clock that was ahead dated is looked at again, once, when
  // the clock has come back.
  void TakeDate(WallTime date);

 private:
  bool IsBehind(const Watched& watched, const Refresh& refresh) const;
  bool IsKnown(const Watched& watched, const Refresh& entry) const;
  bool LacksUnits(const Watched& watched) const;
  void NoteTimes(const FinishedSummary& summary);

  History history_;
  const Clock& clock_;
  const Replication& replication_;
  Watchlist& watched_;
  PollUpdateBuilder& update_;
  WallTime latest_known_time_{};  // of a final refresh; none is later
};

}  // namespace cckm
