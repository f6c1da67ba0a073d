// One family of one target: which refreshes are watched, how the current poll stands, what its
// answers say.
//
// A poll asks for everything that is due: refreshes by their id or, where that takes fewer
// requests, through the list; the list, for discovery; the domain list, for names.  It ends when
// all of it was answered, or at the next tick if at least one answer was usable: what is still on
// the wire then counts in the next poll, so that one slow answer holds up nobody and nothing is
// asked for twice at once.  Polls of a collector never overlap.
//
// Thread-safety: belongs to one Poller's thread.

#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/decode/decoder.h"
#include "collectors/http/http_client.h"
#include "collectors/poll/discovery_candidates.h"
#include "collectors/poll/domain_list.h"
#include "collectors/poll/paginator.h"
#include "collectors/poll/poll_update.h"
#include "collectors/poll/poll_update_builder.h"
#include "collectors/poll/request_tag.h"
#include "collectors/poll/schedule.h"
#include "collectors/poll/watchlist.h"
#include "collectors/session/token_source.h"

namespace cckm {

struct DiscoverySettings {
  bool enabled = false;
  Nanoseconds interval = std::chrono::minutes(1);
  // Of the discovered ones so many are watched: the unfinished, then the newest by creation.  The
  // configured ones come on top.
  std::size_t max_refreshes = 1000;
  bool observe_history = false;  // count what had finished before the first discovery
};

struct CollectorPlan {
  const Family* family = nullptr;
  std::vector<std::string> refresh_ids = {};  // each valid and once
  bool domain_names = false;                  // read the family's domain list, if it has one
  DiscoverySettings discovery = {};
  // From the ledger: refreshes that are finished, and when the first discovery began.
  std::vector<KnownRefresh> known = {};
  std::optional<WallTime> baseline = {};
  bool optional = false;  // that the appliance does not have the family is no fault
  std::vector<std::string> success_texts = {};  // as ReadingRules has them
};

class Collector {
 public:
  // An appliance's times may be ahead of the Date of its answers by so much.
  static constexpr Nanoseconds kFurthestAhead = std::chrono::minutes(5);

  // `target`, `clock`, `random`, `decoder` and `token` outlive this.
  Collector(std::string_view target, const CollectorPlan& plan, const ScheduleSettings& schedule,
            const Clock& clock, Random& random, Decoder& decoder, const TokenSource& token);

  const Family& family() const { return family_; }

  // Watches these refreshes from now on, and no others but discovered ones.
  void SetRefreshIds(const std::vector<std::string>& refresh_ids);

  // Begins a poll if one is due and none is open.
  void BeginPollIfDue();

  // One request of the open poll: where to ask, and a tag to give back with the answer.
  struct Request {
    std::string path;
    RequestTag tag;
    bool on_new_connection = false;
  };
  std::optional<Request> NextRequest();

  // Takes an answer that says nothing but that the request has to be repeated.
  void AskAgain(RequestTag tag, const HttpResult& response);

  // Takes the answer to a Request.  Returns false where it may be the answer to another request:
  // its connection must not be used any more.
  [[nodiscard]] bool OnResponse(RequestTag tag, const HttpResult& response);

  // Gives up everything that the open poll has not asked for yet, without a request.  The error is
  // shown, and counted if `is_counted`.
  void FailUnasked(const Error& error, bool is_counted);

  // Ends the open poll if it is over, and then returns whether it was up.
  std::optional<bool> EndPollIfOver();

  // When BeginPollIfDue() has something to do, while no poll is open.
  SteadyTime NextDue() const;

  bool PollIsOpen() const { return poll_.has_value(); }
  bool PolledOnce() const { return polled_once_; }

  // Whether TakeUpdate() would give so much that it should be called soon.
  bool KeepsMuch() const { return update_.HoldsMuch(); }

  // What was learned since the last call; nothing if nothing was.
  std::optional<PollUpdate> TakeUpdate() { return update_.Take(); }

 private:
  struct PendingRequest {
    RequestTag tag;
    bool on_new_connection = false;  // of a heartbeat
  };
  struct Poll {
    SteadyTime began_at{};
    bool up = false;
    bool met_not_found = false;  // 404 for a refresh by id
    bool asks_list = false;      // whose answer decides where there is nothing but those
  };
  // What an answer turned out to be.
  struct Taken {
    bool is_valid = false;  // the appliance's, and what was asked for
    bool is_own = true;     // false: it may be the answer to another request
    bool asks_again = false;
  };
  // Due refreshes that a walk has to meet.
  struct Expected {
    std::vector<RefreshIndex> refreshes;  // and some that were met
    std::size_t unmet = 0;
  };

  // collector.cc: polls.
  void LeaveAllBut(const std::vector<std::string>& refresh_ids);
  bool ListTakesFewerRequests(std::size_t refreshes) const;
  std::optional<Request> NextPage();
  Request RequestFor(const PendingRequest& next);
  Request RequestHeartbeat(const PendingRequest& next);
  bool BeginPollOfAbsentFamily(SteadyTime now);
  bool ListHasToDecide() const;
  void GiveUp(RequestTag tag);
  void Unwatch(RefreshIndex index);
  void RecordRequest(RequestTag tag, const HttpResult& response);

  // collector_answers.cc: refreshes that are asked for by id, and heartbeats.
  ReadingRules RulesFor(const HttpResult& response) const;
  Taken OnHeartbeatAnswer(const HttpResult& response);
  Taken OnRefreshAnswer(RefreshIndex index, const HttpResult& response);
  Taken ReadRefresh(Watched& watched, const HttpResult& response, RefreshAnswer& answer);
  Taken ReadNotFound(Watched& watched, RefreshAnswer& answer);
  bool IsOwn(Watched& watched, const Refresh& refresh);
  void NoteTimes(const std::optional<WallTime>& created_at,
                 const std::optional<WallTime>& completed_at);
  void AskForThoseOfTheFuture(const HttpResult& response);
  void TakeRefresh(RefreshIndex index, RefreshAnswer answer);
  void DecideIfFinal(Watched& watched, RefreshAnswer& answer) const;
  void ListIsThere();
  void ListIsAbsent();
  void LeaveUnasked();

  // collector_lists.cc: walks through the list of refreshes.
  Taken OnRefreshPage(const HttpResult& response);
  Taken OnNoRefreshPage(const DecodeFailure& failure, bool is_not_found);
  void BeginRefreshWalk(bool discovers);
  void NoteUnreadable(const UnusableEntries& unusable);
  void TellAnomaly(const DecodeFailure& failure);
  void SetBaseline(const HttpResult& response);
  void Await(const std::vector<RefreshIndex>& refreshes, Awaited awaited);
  void StopAwaiting(Watched& watched);
  bool WasMet(const Watched& watched) const;
  bool Meet(std::string_view id, std::optional<RefreshIndex> index);
  void TakeEntry(Refresh entry);
  void Discover(Refresh entry);
  bool ListFits() const;
  bool NeedsUnits(const Watched& watched) const;
  void WatchDiscovered(Refresh entry);
  void WatchCandidates();
  void LeaveOut(const Refresh& entry);
  bool MakeRoomFor(const Refresh& entry);
  RefreshIndex AddDiscovered(const Refresh& entry);
  void ForgetTooMany();
  void AfterRefreshPage();
  void EndRefreshWalk();
  void ForgetVanished();
  std::set<std::string, std::less<>> TakeMetIds();
  void AskAwaitedById();
  void WalkForThoseThatCameLate();

  const Family& family_;
  const Clock& clock_;
  Decoder& decoder_;
  const TokenSource& token_;
  const DiscoverySettings discovery_;
  const bool optional_;
  const std::vector<std::string> success_texts_;

  Watchlist watched_;
  WallTime latest_known_time_{};  // of a final refresh; none is later
  std::deque<PendingRequest> pending_;
  Expected expected_;       // from the walk under way
  Expected expected_next_;  // due since it began
  std::size_t on_the_wire_ = 0;
  std::optional<Poll> poll_;
  bool polled_once_ = false;
  bool was_up_ = false;  // the last poll
  bool heartbeat_on_new_connection_ = false;
  bool list_is_not_found_ = false;  // as it was last told
  bool is_absent_ = false;          // so that it is, and the family is optional
  SteadyTime absent_until_{};       // when it is asked for again

  std::optional<Paginator> refresh_pages_;
  std::uint32_t listing_number_ = 0;
  bool pages_discover_ = false;  // else it only serves expected_
  bool pages_truncated_ = false;
  DiscoveryCandidates candidates_;
  bool pages_met_unreadable_ = false;
  std::set<std::string, std::less<>> left_out_domains_;  // of refreshes past max_refreshes
  bool left_out_domains_are_all_ = true;
  std::optional<std::uint64_t> list_length_;  // as it was last told
  SteadyTime no_list_before_{};               // after the list failed
  SteadyTime next_discovery_;
  std::optional<WallTime> baseline_;

  PollUpdateBuilder update_;
  DomainList domain_list_;
};

}  // namespace cckm
