// One family of one target: what is due, and who takes the responses.
//
// A poll requests everything that is due: refreshes by their id or, where that takes fewer
// requests, through the list; the list, for discovery; the domain list, for names.  It ends when
// all of it was answered, or at the next tick if at least one response was usable: what is still on
// the wire then counts in the next poll, so that one slow response holds up nobody and nothing is
// requested twice at once.  Polls of a collector never overlap.
//
// Called by Poller.  Thread-safety: belongs to one poller thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/decode/decoder.h"
#include "collectors/http/http_client.h"
#include "collectors/poll/discovery.h"
#include "collectors/poll/domain_list.h"
#include "collectors/poll/heartbeat.h"
#include "collectors/poll/list_availability.h"
#include "collectors/poll/pending_requests.h"
#include "collectors/poll/poll_settings.h"
#include "collectors/poll/poll_update.h"
#include "collectors/poll/poll_update_builder.h"
#include "collectors/poll/refresh_list.h"
#include "collectors/poll/refresh_reader.h"
#include "collectors/poll/refresh_requests.h"
#include "collectors/poll/refresh_tracker.h"
#include "collectors/poll/replication.h"
#include "collectors/poll/request_tag.h"
#include "collectors/poll/response_use.h"
#include "collectors/poll/schedule.h"
#include "collectors/poll/watchlist.h"
#include "collectors/session/token_source.h"

namespace cckm {

struct CollectorPlan : CollectorSettings {
  // From the ledger: refreshes that are finished, and when the first discovery began.
  std::vector<KnownRefresh> known = {};
  std::optional<WallTime> baseline = {};
};

class Collector {
 public:
  // Everything but `plan` and `schedule` outlives this.
  Collector(std::string_view target, const CollectorPlan& plan, const ScheduleSettings& schedule,
            const Clock& clock, const Replication& replication, Random& random, Decoder& decoder,
            const TokenSource& token);
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  const Family& family() const { return family_; }

  // Watches these refreshes from now on, and no others but discovered ones.
  void SetRefreshIds(const std::vector<std::string>& refresh_ids);

  // The next answer of these refreshes has to be handed over whatever it says.
  void HandOverAnew(const std::vector<std::string>& refresh_ids);

  // Begins a poll if one is due and none is open.
  void BeginPollIfDue();

  // The next request of the open poll, if it has one.
  std::optional<PollRequest> NextRequest();

  // Takes a response that says nothing but that the request has to be made again.
  void RequestAgain(RequestTag tag, const HttpResult& response);

  // Takes the response to a request.  Returns false where it may be the response to another one:
  // its connection must not be used any more.
  [[nodiscard]] bool OnResponse(RequestTag tag, const HttpResult& response);

  // Gives up everything that the open poll has not requested yet.  The error is shown, and counted
  // if `is_counted`.
  void FailPending(const Error& error, bool is_counted);

  // Ends the open poll if it is over, and then returns whether it was up.
  std::optional<bool> EndPollIfOver();

  // When BeginPollIfDue() has something to do, while no poll is open.
  SteadyTime NextDue() const;

  bool PollIsOpen() const { return poll_.has_value(); }
  bool PolledOnce() const { return last_was_up_.has_value(); }

  // Whether TakeUpdate() would give so much that it should be called soon.
  bool HoldsMuch() const { return update_.HoldsMuch(); }

  // What was learned since the last call; nothing if nothing was.
  std::optional<PollUpdate> TakeUpdate() { return update_.Take(); }

 private:
  struct Poll {
    SteadyTime began_at{};
    bool up = false;
    bool met_not_found = false;  // 404 for a refresh by id
    bool requests_list = false;  // whose response decides where there is nothing but those
  };

  void OpenPoll();
  void BeginPollOfAbsentFamily();
  void AddHeartbeat();
  std::optional<PollRequest> NextPage();
  std::optional<PollRequest> NextPending();
  void RecordRequest(RequestTag tag, const HttpResult& response);
  ResponseUse Dispatch(RequestTag tag, const HttpResult& response);
  ResponseUse OnRefreshResponse(RequestTag tag, const HttpResult& response);
  ResponseUse OnHeartbeatResponse(RequestTag tag, const HttpResult& response);
  void GiveUp(RequestTag tag);
  bool ListHasToDecide() const;
  bool PollIsOver(SteadyTime now) const;
  bool WasUp() const { return last_was_up_.value_or(false); }

  const Family& family_;
  const Clock& clock_;

  PollUpdateBuilder update_;
  Watchlist watched_;
  RefreshReader reader_;
  RefreshTracker tracker_;
  ListAvailability availability_;
  PendingRequests pending_;
  RefreshRequests by_id_;
  Heartbeat heartbeat_;
  RefreshList refresh_list_;
  DomainList domain_list_;

  std::optional<Poll> poll_;
  std::optional<bool> last_was_up_;  // none: no poll has ended
  std::size_t on_the_wire_ = 0;
};

}  // namespace cckm
