// The thread of one target: keeps the collectors' requests under way and hands over what they
// learn.
//
// All of a target's collectors share one HttpClient and its connections, turn by turn, and one
// token, for which the poller sends the logins.  Nothing here is shared with other pollers, so a
// target that hangs delays no other.
// Thread-safety: Run() and RunFirstPoll() are called by one thread; everything else is theirs.

#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/mutex.h"
#include "collectors/base/random.h"
#include "collectors/decode/decoder.h"
#include "collectors/http/connection_options.h"
#include "collectors/http/http_client.h"
#include "collectors/poll/circuit.h"
#include "collectors/poll/collector.h"
#include "collectors/poll/poll_update.h"
#include "collectors/poll/replication.h"
#include "collectors/poll/schedule_reader.h"
#include "collectors/session/token_source.h"

namespace cckm {

struct PollerPlan {
  std::string target;  // the target's name
  std::vector<CollectorPlan> collectors;
  ScheduleSettings schedule;
  SchedulerSettings scheduler = {};
  std::size_t max_connections = kDefaultMaxConnections;
};

class Poller {
 public:
  // The parts outlive the poller.
  Poller(PollerPlan plan, HttpClient& client, TokenSource& token, const Clock& clock,
         Random& random, PollListener& listener);
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Watches these refreshes of a family from now on, and no others but discovered ones.  May be
  // called from any thread.
  void SetRefreshIds(const Family& family, std::vector<std::string> refresh_ids);

  // Polls until a stop is requested; returns within milliseconds of it.
  void Run(const std::stop_token& stop);

  // Polls until every collector has ended its first poll and the scheduler was read, or could not
  // be asked; or until a stop is requested.
  void RunFirstPoll(const std::stop_token& stop);

  // How many steps Run() has made.  One that stands still makes a step when its client is woken.
  // May be called from any thread.
  std::uint64_t steps() const { return steps_; }

 private:
  bool FirstPollHasEnded() const;
  void Step(const std::stop_token& stop);
  void TakeResponses(const std::stop_token& stop);
  void TakeNewRefreshIds();
  void BeginPolls();
  void LogInIfDue();
  void StartRequests();
  bool HasSomethingToRequest() const;
  bool StartOne(const std::shared_ptr<const Secret>& token);
  void Start(PollRequest request, const std::shared_ptr<const Secret>& token);
  void FailPending(const Error& error, bool is_counted);
  Nanoseconds LongestWait() const;
  void TakeResponse(const HttpResult& response);
  void TakeLoginAnswer(const HttpResult& response);
  void TakeSchedulerAnswer(RequestTag tag, const HttpResult& response);
  void Observe(const HttpResult& response);
  bool IsToBeRepeated(const HttpResult& response);
  bool EndPolls();
  void ReportLogin(LoginOutcome outcome, std::optional<RequestRecord> request,
                   std::vector<FailedAttempt> failed_attempts = {});
  TargetObservation Observation() const;
  void HandOver(const std::stop_token& stop);
  void HandOverWanted(const Family& family);
  void HandOverSchedules();

  std::atomic<std::uint64_t> steps_ = 0;

  // Constant after construction.
  const std::string target_;
  const std::size_t max_connections_;
  HttpClient& client_;
  TokenSource& token_;
  const Clock& clock_;
  PollListener& listener_;

  Mutex mutex_;
  std::map<const Family*, std::vector<std::string>> new_refresh_ids_ CCKM_GUARDED_BY(mutex_);

  Decoder decoder_;
  std::deque<Collector> collectors_;
  std::optional<ScheduleReader> scheduler_;  // none: the scheduler is not read
  std::size_t next_turn_ = 0;  // whose turn it is: a collector's, and behind them the scheduler's
  Replication replication_;
  Circuit circuit_;
  std::size_t refusals_in_row_ = 0;  // answers 401, without any other between them
  std::optional<Nanoseconds> clock_skew_;
  std::optional<WallTime> certificate_expires_at_;
  std::optional<WallTime> client_certificate_expires_at_;
  SteadyTime handed_over_at_{};
  std::deque<HttpResult> responses_;  // that were not taken yet
  std::deque<PollUpdate> updates_;    // that were not handed over yet
};

}  // namespace cckm
