// The heartbeat of a family: a request for one entry of its list of refreshes, which tells whether
// the appliance is there and has the family.
//
// Called by Collector.  Thread-safety: belongs to one poller thread.

#pragma once

#include "collectors/http/http_client.h"
#include "collectors/model/family.h"
#include "collectors/poll/list_availability.h"
#include "collectors/poll/poll_update_builder.h"
#include "collectors/poll/refresh_reader.h"
#include "collectors/poll/request_tag.h"
#include "collectors/poll/response_use.h"

namespace cckm {

class Heartbeat {
 public:
  // The references outlive this.
  Heartbeat(const Family& family, const RefreshReader& reader, ListAvailability& availability,
            PollUpdateBuilder& update)
      : family_(family), reader_(reader), availability_(availability), update_(update) {}

  // A new one is to be requested.
  void Begin() { on_new_connection_ = false; }
  PollRequest RequestFor(RequestTag tag) const;

  // Takes the response.  What is odd is requested again on a new connection, if it `may_repeat`.
  [[nodiscard]] ResponseUse OnResponse(const HttpResult& response, bool may_repeat);

 private:
  const Family& family_;
  const RefreshReader& reader_;
  ListAvailability& availability_;
  PollUpdateBuilder& update_;
  bool on_new_connection_ = false;
};

}  // namespace cckm
