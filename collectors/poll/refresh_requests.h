// Refreshes that are requested by id: the requests, and what their responses say.
//
// A response that is not what was requested may belong to another request: a proxy that answers one
// twice shifts all that come behind it on the same connection.  Such a response is none; the
// request is made again on a new connection, and what says the same again counts.
//
// Called by Collector.  Thread-safety: belongs to one poller thread.

#pragma once

#include "collectors/http/http_client.h"
#include "collectors/model/family.h"
#include "collectors/poll/poll_update.h"
#include "collectors/poll/poll_update_builder.h"
#include "collectors/poll/refresh_reader.h"
#include "collectors/poll/refresh_tracker.h"
#include "collectors/poll/replication.h"
#include "collectors/poll/request_tag.h"
#include "collectors/poll/response_use.h"
#include "collectors/poll/watchlist.h"

namespace cckm {

class RefreshRequests {
 public:
  // The references outlive this.
  RefreshRequests(const Family& family, const RefreshReader& reader, const Clock& clock,
                  const Replication& replication, Watchlist& watched, RefreshTracker& tracker,
                  PollUpdateBuilder& update);

  // The request for a refresh.
  PollRequest RequestFor(RequestTag tag);

  // Takes the response for a refresh, unless it has to be requested again.  The caller gives the
  // refresh back.
  [[nodiscard]] ResponseUse OnResponse(RefreshIndex index, const HttpResult& response);
  // There will be no response for a refresh.
  void OnNoResponse(RefreshIndex index);

 private:
  bool Repeats(const Watched& watched, const HttpResult& response) const;
  ResponseUse ReadRefresh(Watched& watched, const HttpResult& response, RefreshAnswer& answer);
  ResponseUse ReadNotFound(Watched& watched, RefreshAnswer& answer);

  const Family& family_;
  const RefreshReader& reader_;
  const Clock& clock_;
  const Replication& replication_;
  Watchlist& watched_;
  RefreshTracker& tracker_;
  PollUpdateBuilder& update_;
};

}  // namespace cckm
