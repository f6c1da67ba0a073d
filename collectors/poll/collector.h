// One family of one target: which refreshes are watched, how the current poll stands, what its
// answers say.
//
// A poll asks for everything that is due.  It ends when all of it was answered, or at the next tick
// if at least one answer was usable: what is still on the wire then counts in the next poll, so
// that one slow answer holds up nobody and nothing is asked for twice at once.  Polls of a
// collector never overlap. Thread-safety: belongs to one Poller's thread.

#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/decode/decoder.h"
#include "collectors/http/http_client.h"
#include "collectors/poll/poll_update.h"
#include "collectors/poll/schedule.h"

namespace cckm {

struct CollectorPlan {
  const Family* family = nullptr;
  std::vector<std::string> refresh_ids;  // each valid and once
};

class Collector {
 public:
  // `target`, `clock`, `random` and `decoder` outlive this.
  Collector(std::string_view target, CollectorPlan plan, const ScheduleSettings& schedule,
            const Clock& clock, Random& random, Decoder& decoder);

  // Begins a poll if one is due and none is open.
  void BeginPollIfDue();

  // One request of the open poll: where to ask, and a number to give back with the answer.
  struct Ask {
    std::string path;
    std::uint32_t number = 0;
    bool is_repetition = false;
  };
  std::optional<Ask> NextAsk();

  // Takes an answer that says nothing but that the request has to be repeated.
  void AskAgain(std::uint32_t number, const HttpResponse& response);

  // Takes the answer to an Ask.
  void OnResponse(std::uint32_t number, const HttpResponse& response);

  // Gives up everything that the open poll has not asked for yet, without a request.  The error is
  // shown, and counted if `is_counted`.
  void FailUnasked(const Error& error, bool is_counted);

  // Ends the open poll if it is over, and then returns whether it was up.
  std::optional<bool> EndPollIfOver();

  // When BeginPollIfDue() has something to do, while no poll is open.
  SteadyTime NextDue() const;

  bool PollIsOpen() const { return poll_.has_value(); }
  bool PolledOnce() const { return polled_once_; }

  // What was learned since the last call; nothing if nothing was.
  std::optional<PollUpdate> TakeUpdate();

 private:
  static constexpr std::uint32_t kHeartbeat = 0xFFFFFFFF;

  struct Watched {
    std::string id;
    bool settled = false;
    bool completion_time_was_missing = false;
  };
  struct Unasked {
    std::uint32_t number = 0;
    bool is_repetition = false;
  };
  struct Poll {
    SteadyTime began_at{};
    bool up = false;
  };

  // Both return whether the appliance gave a valid answer: a readable 2xx or a 404.
  bool OnHeartbeatResponse(const HttpResponse& response);
  bool OnRefreshResponse(RefreshIndex index, const HttpResponse& response);
  RefreshAnswer ReadRefresh(Watched& watched, const HttpResponse& response);
  void SettleIfFinished(Watched& watched, RefreshAnswer& answer) const;
  void PutBack(RefreshIndex index);
  void RecordRequest(std::uint32_t number, const HttpResponse& response);
  void ShowError(const Error& error);
  void NoteError(const Error& error);

  const std::string_view target_;
  const Family& family_;
  const Clock& clock_;
  Decoder& decoder_;
  Schedule schedule_;
  std::vector<Watched> watched_;
  std::deque<Unasked> unasked_;
  std::size_t on_the_wire_ = 0;
  std::optional<Poll> poll_;
  bool polled_once_ = false;
  PollUpdate update_;
};

}  // namespace cckm
