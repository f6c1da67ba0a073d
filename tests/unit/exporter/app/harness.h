// The exporter from the network to the exposition, on one thread, over a fake network and a fake
// clock.

#pragma once

#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "collectors/poll/poller.h"
#include "exporter/app/event_log.h"
#include "exporter/app/recorder.h"
#include "exporter/ledger/ledger.h"
#include "exporter/metrics/self_metrics.h"
#include "exporter/state/state_store.h"
#include "tests/support/fakes/fake_clock.h"
#include "tests/support/fakes/fake_http_client.h"
#include "tests/support/fakes/fakes.h"
#include "tests/unit/exporter/app/compared_exposition.h"

namespace cckm {

class Harness {
 public:
  struct Setup {
    std::vector<CollectorSetup> collectors;
    ScheduleSettings schedule{.poll_interval = std::chrono::seconds(15),
                              .recheck_interval = std::chrono::hours(24),
                              .heartbeat_interval = std::chrono::minutes(1)};
    Nanoseconds stale_after = std::chrono::minutes(5);
    std::size_t max_series = 200'000;
    std::size_t max_domains = 20'000;
    bool domain_histograms = true;
    // Makes the source of the target's token, which logs in; unset: the harness's `token`.
    std::function<std::unique_ptr<TokenSource>(const Clock&, Random&)> make_login = {};
    // The log is complete when the harness is gone.
    std::string log_file = "/dev/null";
    LogLevel log_level = LogLevel::kError;
    // Of every collector; to discover, set its CollectorSetup::discovers too.
    DiscoverySettings discovery = {};
    bool domain_names = false;
    SchedulerSettings schedules = {};
    // Answers everything in the place of Answer() and its kin; unset: those do.
    FakeHttpClient::Responder respond = {};
    // Outlives the harness, which starts with what it holds; null: one in memory, of its own.
    Ledger* ledger = nullptr;
    WallTime start = FakeClock::kStart;
  };

  explicit Harness(Setup setup);

  // Upper bounds of the buckets, in seconds.
  static const std::vector<double>& Bounds();

  // What a path below the family's path answers: "r1" for a refresh.  Unset: 404.
  void Answer(std::string_view family, const std::string& id, Result<HttpResponse> answer);
  void AnswerJson(std::string_view family, const std::string& id, std::string body) {
    Answer(family, id, JsonAnswer(std::move(body)));
  }

  // What a login answers.  Unset: 404.
  void AnswerLogin(Result<HttpResponse> answer);

  // Polls for `length` on the clock; the first poll happens at once.
  void PollFor(Nanoseconds length);

  // One exposition, without process metrics.  Fails the test if it is not one by ParseExposition.
  std::string Scrape();
  // Its samples whose line begins with `beginning`, each with a line break.
  std::string Scrape(std::string_view beginning);

  FakeClock clock;
  FakeTokenSource token;
  StateStore& state() { return *state_; }
  Recorder& recorder() { return *recorder_; }
  const FakeHttpClient& client() const { return client_; }
  FakeHttpClient& client() { return client_; }

 private:
  class StopAt;

  const Setup setup_;
  std::map<std::string, Result<HttpResponse>> answers_;
  FakeHttpClient client_;
  FakeRandom random_;
  const std::unique_ptr<TokenSource> login_;  // null: `token` is used
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> log_file_;
  Log log_;
  const BucketBounds bounds_;
  MemoryLedger memory_ledger_;
  Ledger& ledger_;
  std::unique_ptr<StateStore> state_;
  SelfMetrics self_metrics_{clock};
  ExporterStatus status_;
  std::unique_ptr<ComparedExposition> exposition_;
  EventLog events_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<Poller> poller_;
  std::unique_ptr<PollListener> stop_at_;
};

// Compares with the file below tests/support/golden of that name, whole.  With CCKM_UPDATE_GOLDEN
// set in the environment the file is written instead.
void ExpectGolden(const std::string& name, const std::string& text);

}  // namespace cckm
