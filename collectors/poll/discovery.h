// Finds refreshes that nobody configured in the family's list, and decides which of them are
// watched.
//
// It takes part in a reading of the list: Begin(), the entries that nobody watches, End().  Called
// by RefreshList.  Thread-safety: belongs to one poller thread.

#pragma once

#include <cstdint>
#include <optional>

#include "collectors/base/clock.h"
#include "collectors/decode/decoder.h"
#include "collectors/model/refresh.h"
#include "collectors/poll/discovery_candidates.h"
#include "collectors/poll/listed_ids.h"
#include "collectors/poll/poll_settings.h"
#include "collectors/poll/poll_update.h"
#include "collectors/poll/poll_update_builder.h"
#include "collectors/poll/refresh_tracker.h"
#include "collectors/poll/replication.h"
#include "collectors/poll/watchlist.h"
#include "collectors/session/token_source.h"

namespace cckm {

class Discovery {
 public:
  // What it works on; everything outlives it.
  struct Parts {
    const Clock& clock;
    const Replication& replication;
    const TokenSource& token;
    Watchlist& watched;
    RefreshTracker& tracker;
    ListedIds& listed;
    PollUpdateBuilder& update;
  };

  Discovery(const DiscoverySettings& settings, const Parts& parts);

  bool is_enabled() const { return settings_.enabled; }
  // When the next one is to begin.
  SteadyTime next_due() const { return next_due_; }
  // When it may begin where the list is read anyway, so that it is not read twice.
  SteadyTime may_begin() const { return next_due_ - settings_.interval / 10; }

  void Begin();
  // Takes an entry of a refresh that is not watched.  The list has `length` entries, as far as it
  // tells.
  void Take(Refresh entry, std::optional<std::uint64_t> length);
  // Takes entries of a page that cannot be read: one error for all of them.
  void TakeUnusable(const UnusableEntries& unusable);
  // Takes the end of the list; `is_complete` if all of it was read.
  void End(bool is_complete);

  // Stops watching a discovered refresh.
  void Unwatch(RefreshIndex index);
  // There may be more than allowed since the configuration or the files of refresh IDs changed.
  void UnwatchTooMany();

 private:
  bool ListFits(std::optional<std::uint64_t> length) const;
  void TellAnomaly(const DecodeFailure& failure);
  void Watch(Refresh entry);
  RefreshIndex Add(const Refresh& entry);
  void WatchCandidates();
  bool MakeRoomFor(const Refresh& entry);
  void LeaveOut(const Refresh& entry);
  void RemoveVanished();

  const DiscoverySettings settings_;
  const Parts parts_;
  SteadyTime next_due_;
  DiscoveryCandidates candidates_;
  RefreshListing listing_;  // of the reading under way
};

}  // namespace cckm
