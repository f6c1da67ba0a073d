// Poller and LoginTokenSource together, against an appliance that grants tokens and honours them
// for as long as they live.

#pragma once

#include <gtest/gtest.h>
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collectors/poll/poller.h"
#include "collectors/session/login_token_source.h"
#include "tests/support/fakes/fake_clock.h"
#include "tests/support/fakes/fake_http_client.h"
#include "tests/support/fakes/fakes.h"
#include "tests/support/fakes/temporary_folder.h"

namespace cckm {

inline constexpr std::string_view kTokens = "/api/v1/auth/tokens";
inline constexpr std::string_view kJobs = "/api/v1/cckm/dsm/refresh/";

// Notes when each request is sent, and asks a poller to stop when its time has come.
class TimedClient final : public HttpClient {
 public:
  struct Sent {
    SteadyTime at;
    std::string path;
  };

  TimedClient(HttpClient& next, const Clock& clock) : next_(next), clock_(clock) {}

  void StopAt(SteadyTime end, std::stop_source& stop) {
    end_ = end;
    stop_ = &stop;
  }
  std::size_t Count(std::string_view path) const {
    return static_cast<std::size_t>(std::ranges::count(sent, path, &Sent::path));
  }

  void Start(HttpRequest request) override {
    sent.push_back({clock_.SteadyNow(), request.path});
    const bool is_login = request.path == kTokens;
    logins_under_way += is_login ? 1 : 0;
    most_logins_under_way = std::max(most_logins_under_way, logins_under_way);
    EXPECT_EQ(request.body != nullptr, is_login);
    EXPECT_EQ(request.bearer_token == nullptr, is_login);
    if (is_login) login_tag_ = request.tag;
    next_.Start(std::move(request));
  }
  void CloseConnection(std::uint64_t connection) override { next_.CloseConnection(connection); }
  std::size_t InFlight() const override { return next_.InFlight(); }
  std::vector<HttpResult> Wait(Nanoseconds longest) override {
    auto responses = next_.Wait(std::min(longest, end_ - clock_.SteadyNow()));
    for (const HttpResult& response : responses) {
      if (response.tag == login_tag_) --logins_under_way;
    }
    if (clock_.SteadyNow() >= end_) stop_->request_stop();
    return responses;
  }
  void Wake() override { next_.Wake(); }
  std::size_t AddressInUse() const override { return next_.AddressInUse(); }
  std::vector<AddressState> Addresses() const override { return next_.Addresses(); }

  std::vector<Sent> sent;
  int logins_under_way = 0;
  int most_logins_under_way = 0;

 private:
  HttpClient& next_;
  const Clock& clock_;
  SteadyTime end_{};
  std::stop_source* stop_ = nullptr;
  std::optional<std::uint64_t> login_tag_;
};

// Adds up what a poller tells.
class CountingListener final : public PollListener {
 public:
  void OnUpdate(PollUpdate update) override {
    for (const RefreshAnswer& answer : update.answers) {
      ++(answer.kind == RefreshAnswer::Kind::kNoUsableAnswer ? unanswered
                                                             : answered)[answer.refresh.id];
      ++kinds[answer.kind];
    }
    for (const std::string_view id : update.repeated) ++answered[std::string(id)];
    kinds[RefreshAnswer::Kind::kRefresh] += static_cast<int>(update.repeated.size());
    for (const std::uint32_t count : update.error_counts) errors += count;
    for (const RequestRecord& request : update.requests) ++statuses[request.status];
    for (Error& error : update.errors) shown.push_back(std::move(error));
    if (!update.ended) return;
    ++polls;
    if (!update.ended->up) ++failed_polls;
    longest_poll = std::max(longest_poll, update.ended->duration);
  }
  void OnLogin(const LoginUpdate& update) override { logins.push_back(update); }

  std::map<std::string, int> answered;  // by refresh
  std::map<std::string, int> unanswered;
  std::map<RefreshAnswer::Kind, int> kinds;
  std::map<long, int> statuses;
  std::uint32_t errors = 0;
  std::vector<Error> shown;
  int polls = 0;
  int failed_polls = 0;
  Nanoseconds longest_poll{};
  std::vector<LoginUpdate> logins;
};

class PollerLoginTest : public testing::Test {
 protected:
  void Watch(int refreshes) {
    for (int i = 0; i < refreshes; ++i) {
      plan_.collectors.front().refresh_ids.push_back("r" + std::to_string(i));
    }
  }

  void RunFor(Nanoseconds length) {
    std::stop_source stop;
    timed_.StopAt(clock_.SteadyNow() + length, stop);
    if (poller_ == nullptr) {
      poller_ = std::make_unique<Poller>(plan_, timed_, *source_, clock_, random_, listener_);
    }
    poller_->Run(stop.get_token());
  }

  // The appliance.
  Result<HttpResponse> AnswerTo(const HttpRequest& request) {
    if (request.path == kTokens) return login_answer_ ? *login_answer_ : Grant();
    const auto& token = request.bearer_token;
    const auto granted = tokens_.find(token ? std::string(token->Reveal()) : "");
    if (granted == tokens_.end() || clock_.SteadyNow() >= granted->second) {
      return StatusAnswer(401);
    }
    if (request.path.find('?') != std::string::npos && !data_answer_) {
      return JsonAnswer(R"({"skip":0,"total":0,"resources":[]})");
    }
    const auto answer = answers_.find(request.path);
    if (answer != answers_.end()) return WithIdOf(request.path, answer->second);
    return WithIdOf(request.path, data_answer_ ? *data_answer_
                                               : JsonAnswer(R"({"overall_status":"in_progress"})"));
  }
  HttpResponse Grant() {
    const std::string token = "token-" + std::to_string(tokens_.size() + 1) + "-canary";
    tokens_[token] = clock_.SteadyNow() + life_;
    return JsonAnswer(R"({"jwt":")" + token + R"(","duration":)" +
                      std::to_string(std::chrono::floor<std::chrono::seconds>(life_).count()) +
                      "}");
  }

  static HttpResponse AskingForPatience(long status, Nanoseconds retry_after) {
    HttpResponse answer = StatusAnswer(status);
    answer.retry_after = retry_after;
    return answer;
  }

  // Longest time between two requests of any kind.
  Nanoseconds LongestSilence() const {
    Nanoseconds longest(0);
    for (std::size_t i = 1; i < timed_.sent.size(); ++i) {
      longest = std::max(longest, timed_.sent[i].at - timed_.sent[i - 1].at);
    }
    return longest;
  }
  std::size_t Logins() const { return timed_.Count(kTokens); }

  Nanoseconds life_ = std::chrono::seconds(300);
  std::optional<Result<HttpResponse>> login_answer_;  // unset: grants a token
  std::optional<Result<HttpResponse>> data_answer_;   // to whoever has a valid token
  std::map<std::string, Result<HttpResponse>> answers_;
  std::map<std::string, SteadyTime> tokens_;  // granted, and until when they live

  TemporaryFolder folder_;
  const std::filesystem::path password_file_ = folder_.Replace("password", "canary-password");
  FakeClock clock_;
  FakeRandom random_{0.5};
  LoginBackoff backoff_{folder_.File("logins"), clock_, nullptr};
  std::unique_ptr<LoginTokenSource> source_ = std::make_unique<LoginTokenSource>(
      LoginPlan{"https://cm", PasswordLogin{.username = "exporter",
                                            .password_file = password_file_,
                                            .connection = {},
                                            .domain = {},
                                            .auth_domain = {},
                                            .auth_domain_path = {}}},
      backoff_, clock_, random_);
  FakeHttpClient client_{clock_, [this](const HttpRequest& request) { return AnswerTo(request); }};
  TimedClient timed_{client_, clock_};
  CountingListener listener_;
  PollerPlan plan_{.target = "cm",
                   .collectors = {{{.family = FindFamily("dsm"), .domain_names = false}}},
                   .schedule = {.poll_interval = std::chrono::seconds(1),
                                .recheck_interval = std::chrono::hours(24),
                                .heartbeat_interval = std::chrono::seconds(60)},
                   .max_connections = 8};
  std::unique_ptr<Poller> poller_;
};

}  // namespace cckm
