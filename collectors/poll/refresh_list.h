// The family's list of refreshes: the way through its pages, for refreshes that are due and for
// those that are to be discovered.
//
// A reading that only serves due refreshes ends with the last of them, or when requesting the rest
// by id is the shorter way.  What it still owes at its end is requested by id.
//
// Called by Collector.  Thread-safety: belongs to one poller thread.

#pragma once

#include <optional>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/decode/decoder.h"
#include "collectors/http/http_client.h"
#include "collectors/model/family.h"
#include "collectors/poll/awaited_refreshes.h"
#include "collectors/poll/discovery.h"
#include "collectors/poll/list_availability.h"
#include "collectors/poll/listed_ids.h"
#include "collectors/poll/paginator.h"
#include "collectors/poll/pending_requests.h"
#include "collectors/poll/refresh_reader.h"
#include "collectors/poll/replication.h"
#include "collectors/poll/response_use.h"

namespace cckm {

class RefreshList {
 public:
  // What it works on; everything outlives it.
  struct Parts {
    const Family& family;
    const Clock& clock;
    const Replication& replication;
    const TokenSource& token;
    const RefreshReader& reader;
    Watchlist& watched;
    RefreshTracker& tracker;
    ListAvailability& availability;
    PendingRequests& pending;
    PollUpdateBuilder& update;
  };

  RefreshList(const DiscoverySettings& settings, const Parts& parts);
  RefreshList(const RefreshList&) = delete;
  RefreshList& operator=(const RefreshList&) = delete;

  bool Discovers() const { return discovery_.is_enabled(); }
  // When a discovery is due; none while the list is read, or without discovery.
  std::optional<SteadyTime> NextDue() const;
  // Whether a discovery is due, or near enough to be taken along by a reading for other reasons.
  bool DiscoveryIsDue(SteadyTime now, bool is_read_anyway) const;
  // Stops watching a discovered refresh, or those that are too many.
  void Unwatch(RefreshIndex index) { discovery_.Unwatch(index); }
  void UnwatchTooMany() { discovery_.UnwatchTooMany(); }

  // Has the list tell of these refreshes, which are due, and read for discovery.  Where it is being
  // read already, they wait for the next reading.  REQUIRES: it is not being read, or does not
  // `discover`.
  void Read(const std::vector<RefreshIndex>& refreshes, bool discover);
  bool IsBeingRead() const { return pages_.has_value(); }
  // Some of the refreshes were not told of yet.
  bool OwesRefreshes() const { return !awaited_.empty(); }

  // It is being read, and no page of it is under way.
  bool HasPending() const { return pages_ && !pages_->IsUnderWay(); }
  std::optional<Paginator::Page> NextPage();
  // The page under way has to be requested again with another token.
  void Repeat() { pages_->Repeat(); }
  // Takes the response for the page under way.
  [[nodiscard]] ResponseUse OnPage(const HttpResult& response);

  // Reads no further, unless a page is under way.
  void StopPending();

 private:
  void Begin(bool discover);
  Decoded<RefreshPage> ReadPage(const HttpResult& response) const;
  ResponseUse OnNoPage(const DecodeFailure& failure, bool is_not_found);
  bool ReadsInParts(const DecodeFailure& failure);
  void TakePage(RefreshPage page, const HttpResult& response);
  void TakeEntry(Refresh entry, const Fingerprint& fingerprint, SteadyTime now);
  void TakeRepeated(RefreshIndex index, SteadyTime now);
  void AfterPage();
  void End();
  void RequestAwaited();
  void ReadForLateOnes();

  const Parts parts_;
  ListedIds listed_;
  AwaitedRefreshes awaited_;
  Discovery discovery_;
  std::optional<Paginator> pages_;
  bool discovers_ = false;  // the reading under way
};

}  // namespace cckm
