// What a poller tells the other side: the answers of a part of a poll, in the order in which they
// came.
//
// Plain data.  Made by Collector, read by a PollListener.

#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/http/http_client.h"
#include "collectors/model/domain.h"
#include "collectors/model/family.h"
#include "collectors/model/refresh_answer.h"
#include "collectors/poll/id_list.h"
#include "collectors/poll/poll_records.h"
#include "collectors/poll/schedule_update.h"
#include "collectors/session/token_source.h"

namespace cckm {

// What reading the list of refreshes to its end told, where discovery is on.
struct RefreshListing {
  bool is_complete = false;   // all of it was seen, and it did not change meanwhile
  bool is_truncated = false;  // it was longer than max_refreshes
  // What it does not have does not exist; false: another node of the cluster may have it.
  bool tells_what_is_gone = true;
  bool has_unreadable_entries = false;
  // Named by refreshes that are not watched because there are too many; whether these are all.
  std::set<std::string, std::less<>> left_out_domains = {};
  bool left_out_domains_are_all = true;
  IdList refresh_ids = {};  // all that were seen
};

// What reading the family's list of domains to its end told.
struct DomainListing {
  bool is_complete = false;  // every domain was seen, and could be read
  // What it does not have does not exist; false: another node of the cluster may have it.
  bool tells_what_is_gone = true;
  std::vector<DomainName> domains;
};

// How a collector's poll (or heartbeat) ended.
struct PollSummary {
  // At least one request got a valid 2xx answer.  Where by id there were nothing but 404s, the list
  // decides.
  bool up = false;
  bool is_absent = false;  // the appliance does not have this family, which is optional
  Nanoseconds duration{};
  WallTime ended_at{};
};

struct PollUpdate {
  std::string_view target;  // name; lives as long as the poller
  const Family* family = nullptr;
  SteadyTime at{};       // when it was handed over
  WallTime wall_time{};  // the same, by the wall clock
  // Unfinished refreshes of which the appliance says the same as before; they come before the
  // answers, however they came.
  IdList repeated;
  std::vector<RefreshAnswer> answers;
  std::vector<RequestRecord> requests;
  ErrorCounts error_counts{};
  std::vector<Error> errors;         // the first of each kind, for the log and the page
  std::optional<PollSummary> ended;  // set on the last update of a poll
  std::optional<RefreshListing> listing;
  std::optional<DomainListing> domain_listing;
  // When the first discovery began, by the appliance's clock; set once, in the update before the
  // first answer that it decides about.
  std::optional<WallTime> baseline;
  // Discovered refreshes that are watched no more: because there are too many or they were
  // deleted...
  std::vector<std::string> unwatched;
  // ... and finished ones that the complete list has no more, which are shown as long as others.
  std::vector<std::string> vanished;
  TargetObservation observation;
};

// How a login ended.
struct LoginUpdate {
  std::string_view target;               // name; lives as long as the poller
  std::optional<RequestRecord> request;  // none: it failed before it could be sent
  LoginOutcome outcome;
  TargetObservation observation;
  std::vector<FailedAttempt> failed_attempts = {};  // at other addresses, before the request
};

class PollListener {
 public:
  virtual ~PollListener() = default;

  // Called by the poller's own thread, at least four times a second while a poll brings answers,
  // after some thousand of them, and at its end.  Must not block on the network.
  virtual void OnUpdate(PollUpdate update) = 0;

  // Of refreshes that were said to repeat their answers, those that have to be handed over anew,
  // since the last call.  Called by the poller's own thread after an update with such.
  virtual std::vector<std::string> TakeWanted(std::string_view /*target*/,
                                              const Family& /*family*/) {
    return {};
  }

  // Called by the poller's own thread after every login.  Must not block on the network.
  virtual void OnLogin(const LoginUpdate& update) = 0;

  // Called by the poller's own thread after every reading of the scheduler, where it is read.  Must
  // not block on the network.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): whoever overrides it keeps it
  virtual void OnSchedules(ScheduleUpdate /*update*/) {}
};

}  // namespace cckm
