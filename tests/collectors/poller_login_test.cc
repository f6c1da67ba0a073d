// Poller and LoginTokenSource together, against an appliance that grants tokens and honours them
// for as long as they live.

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
#include "tests/collectors/temporary_folder.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_http_client.h"
#include "tests/fakes/fakes.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kTokens = "/api/v1/auth/tokens";
constexpr std::string_view kJobs = "/api/v1/cckm/dsm/refresh/";

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
  std::size_t InFlight() const override { return next_.InFlight(); }
  std::vector<HttpResponse> Wait(Nanoseconds longest) override {
    auto responses = next_.Wait(std::min(longest, end_ - clock_.SteadyNow()));
    for (const HttpResponse& response : responses) {
      if (response.tag == login_tag_) --logins_under_way;
    }
    if (clock_.SteadyNow() >= end_) stop_->request_stop();
    return responses;
  }
  void Wake() override { next_.Wake(); }

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
    }
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
  Result<HttpAnswer> AnswerTo(const HttpRequest& request) {
    if (request.path == kTokens) return login_answer_ ? *login_answer_ : Grant();
    const auto& token = request.bearer_token;
    const auto granted = tokens_.find(token ? std::string(token->Reveal()) : "");
    if (granted == tokens_.end() || clock_.SteadyNow() >= granted->second) {
      return StatusAnswer(401);
    }
    const auto answer = answers_.find(request.path);
    if (answer != answers_.end()) return answer->second;
    return data_answer_ ? *data_answer_ : JsonAnswer(R"({"overall_status":"in_progress"})");
  }
  HttpAnswer Grant() {
    const std::string token = "token-" + std::to_string(tokens_.size() + 1) + "-canary";
    tokens_[token] = clock_.SteadyNow() + life_;
    return JsonAnswer(R"({"jwt":")" + token + R"(","duration":)" +
                      std::to_string(std::chrono::floor<std::chrono::seconds>(life_).count()) +
                      "}");
  }

  static HttpAnswer AskingForPatience(long status, Nanoseconds retry_after) {
    HttpAnswer answer = StatusAnswer(status);
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

  Nanoseconds life_ = 300s;
  std::optional<Result<HttpAnswer>> login_answer_;  // unset: grants a token
  std::optional<Result<HttpAnswer>> data_answer_;   // to whoever has a valid token
  std::map<std::string, Result<HttpAnswer>> answers_;
  std::map<std::string, SteadyTime> tokens_;  // granted, and until when they live

  TemporaryFolder folder_;
  const std::filesystem::path password_file_ = folder_.Replace("password", "canary-password");
  FakeClock clock_;
  FakeRandom random_{0.5};
  LoginLatch latch_{folder_.File("logins"), clock_, nullptr};
  std::unique_ptr<LoginTokenSource> source_ = std::make_unique<LoginTokenSource>(
      LoginPlan{"https://cm", PasswordLogin{.username = "exporter",
                                            .password_file = password_file_,
                                            .connection = {},
                                            .domain = {},
                                            .auth_domain = {},
                                            .auth_domain_path = {}}},
      latch_, clock_, random_);
  FakeHttpClient client_{clock_, [this](const HttpRequest& request) { return AnswerTo(request); }};
  TimedClient timed_{client_, clock_};
  CountingListener listener_;
  PollerPlan plan_{
      .target = "cm",
      .collectors = {{.family = FindFamily("dsm"), .refresh_ids = {}}},
      .schedule = {.poll_interval = 1s, .recheck_interval = 24h, .heartbeat_interval = 60s},
      .max_connections = 8};
  std::unique_ptr<Poller> poller_;
};

// ---- Renewals ----

TEST_F(PollerLoginTest, LosesNoPollOfTwoThousandRefreshesASecondToTokensOfTwentySeconds) {
  Watch(2000);
  life_ = 20s;
  RunFor(3min);
  EXPECT_GE(listener_.polls, 178);
  EXPECT_EQ(listener_.failed_polls, 0);
  EXPECT_EQ(listener_.errors, 0U);
  EXPECT_TRUE(listener_.unanswered.empty());
  EXPECT_EQ(listener_.statuses.count(401), 0U);
  EXPECT_LE(listener_.longest_poll, 1s);
  EXPECT_GE(Logins(), 180U / 12 - 1);
  EXPECT_LE(Logins(), 180U / 12 + 1);
  EXPECT_EQ(timed_.most_logins_under_way, 1);
}

TEST_F(PollerLoginTest, RenewsAnHourLongWithoutOneRefusal) {
  Watch(3);
  RunFor(1h);
  EXPECT_EQ(Logins(), 20U);
  EXPECT_EQ(listener_.statuses.size(), 1U);
  EXPECT_EQ(listener_.failed_polls, 0);
  EXPECT_EQ(
      std::ranges::count_if(listener_.logins,
                            [](const LoginUpdate& login) { return login.outcome.is_renewal; }),
      19);
}

TEST_F(PollerLoginTest, PollsWaitForASlowLoginAndLoseNothing) {
  Watch(50);
  client_.SetLatency(
      [](const std::string& path) { return path == kTokens ? 15s : Nanoseconds(1ms); });
  RunFor(10min);
  EXPECT_GE(listener_.longest_poll, 15s);  // the first
  EXPECT_LT(listener_.longest_poll, 16s);
  EXPECT_EQ(listener_.failed_polls, 0);
  EXPECT_TRUE(listener_.unanswered.empty());
  EXPECT_GE(listener_.polls, 10 * 60 - 17);
  for (const auto& [id, count] : listener_.answered) EXPECT_GE(count, 10 * 60 - 17) << id;
  EXPECT_EQ(timed_.most_logins_under_way, 1);
}

TEST_F(PollerLoginTest, TokensThatComeTooLateFailThePollsWithThatReason) {
  Watch(1);
  life_ = 20s;
  client_.SetLatency(
      [](const std::string& path) { return path == kTokens ? 17s : Nanoseconds(1ms); });
  RunFor(2min);
  EXPECT_GT(listener_.failed_polls, 0);
  ASSERT_FALSE(listener_.shown.empty());
  for (const Error& error : listener_.shown) {
    EXPECT_EQ(error, (Error{ErrorKind::kAuth, "the token was granted too late to be used"}));
  }
  EXPECT_LE(Logins(), 8U);
}

TEST_F(PollerLoginTest, AKeyThatTheApplianceRotatesCostsOneLoginAndNoAnswer) {
  Watch(200);
  RunFor(10s);
  ASSERT_EQ(Logins(), 1U);
  tokens_.clear();
  RunFor(10s);
  EXPECT_EQ(Logins(), 2U);
  EXPECT_EQ(listener_.failed_polls, 0);
  EXPECT_TRUE(listener_.unanswered.empty());
  EXPECT_EQ(listener_.errors, 0U);
  EXPECT_GE(listener_.statuses[401], 1);
  EXPECT_LE(listener_.statuses[401], 8);
}

// ---- Logins that fail ----

TEST_F(PollerLoginTest, ARejectedLoginFailsThePollsAndCountsOnlyAsALogin) {
  Watch(3);
  login_answer_ = StatusAnswer(401, R"({"codeDesc":"NCERRAuth: not with canary-password"})");
  RunFor(4min);
  EXPECT_EQ(Logins(), 1U);
  EXPECT_EQ(timed_.sent.size(), 1U);
  EXPECT_GE(listener_.polls, 200);
  EXPECT_EQ(listener_.failed_polls, listener_.polls);
  EXPECT_EQ(listener_.unanswered["r0"], listener_.polls);
  EXPECT_EQ(listener_.errors, 0U);
  EXPECT_TRUE(listener_.statuses.empty());
  ASSERT_FALSE(listener_.shown.empty());
  for (const Error& error : listener_.shown) {
    EXPECT_EQ(error.kind, ErrorKind::kAuth);
    EXPECT_TRUE(error.message.starts_with("the login was rejected, answered HTTP 401"));
    EXPECT_EQ(error.message.find("canary"), std::string::npos);
  }
  ASSERT_EQ(listener_.logins.size(), 1U);
  const LoginUpdate& login = listener_.logins.front();
  EXPECT_EQ(login.target, "cm");
  ASSERT_TRUE(login.request);
  EXPECT_EQ(login.request->status, 401);
  EXPECT_EQ(login.request->endpoint, Endpoint::kToken);
  EXPECT_EQ(login.outcome.error->kind, ErrorKind::kAuth);
  EXPECT_EQ(login.outcome.error->message.find("canary"), std::string::npos);
  EXPECT_FALSE(login.observation.token.is_held);
}

TEST_F(PollerLoginTest, AWrongPasswordCausesTwoLoginsInTenMinutes) {
  Watch(3);
  login_answer_ = StatusAnswer(401);
  RunFor(10min);
  EXPECT_EQ(Logins(), 2U);
  RunFor(50min);
  EXPECT_EQ(Logins(), 4U);  // at 0, 5, 15 and 35 minutes
}

TEST_F(PollerLoginTest, ANewPasswordIsUsedByTheNextPoll) {
  Watch(3);
  login_answer_ = StatusAnswer(401);
  RunFor(30s);
  login_answer_.reset();
  folder_.Replace("password", "another-canary");
  listener_.failed_polls = 0;
  RunFor(10s);
  EXPECT_EQ(Logins(), 2U);
  EXPECT_LE(listener_.failed_polls, 2);
  EXPECT_GE(listener_.answered["r0"], 8);
}

TEST_F(PollerLoginTest, AMissingPasswordIsOneFailedLoginWithoutARequest) {
  std::filesystem::remove(password_file_);
  Watch(1);
  RunFor(1min);
  EXPECT_TRUE(timed_.sent.empty());
  ASSERT_EQ(listener_.logins.size(), 1U);
  EXPECT_FALSE(listener_.logins.front().request);
  EXPECT_EQ(listener_.logins.front().outcome.error->kind, ErrorKind::kAuth);
  EXPECT_EQ(listener_.errors, 0U);
  EXPECT_EQ(listener_.failed_polls, listener_.polls);
  EXPECT_GE(listener_.polls, 55);
}

TEST_F(PollerLoginTest, AFailedRenewalFailsNoPollWhileTheTokenLives) {
  Watch(3);
  RunFor(170s);
  login_answer_ = Fail(ErrorKind::kTimeout, "request to cm failed: no answer");
  RunFor(100s);
  EXPECT_EQ(listener_.failed_polls, 0);
  EXPECT_GE(Logins(), 3U);
  login_answer_.reset();
  RunFor(5min);
  EXPECT_EQ(listener_.failed_polls, 0);
  EXPECT_TRUE(listener_.unanswered.empty());
}

// ---- Refused tokens ----

TEST_F(PollerLoginTest, OneRefreshThatIsRefusedForEverTakesNothingFromTheOthers) {
  Watch(10);
  answers_.insert({std::string(kJobs) + "r4", StatusAnswer(401)});
  RunFor(1h);
  EXPECT_EQ(listener_.failed_polls, 0);
  EXPECT_EQ(listener_.unanswered.size(), 1U);
  EXPECT_EQ(listener_.unanswered["r4"], listener_.polls);
  EXPECT_EQ(listener_.answered["r0"], listener_.polls);
  EXPECT_EQ(listener_.answered["r9"], listener_.polls);
  EXPECT_EQ(listener_.errors, static_cast<std::uint32_t>(listener_.polls));
  EXPECT_LE(Logins(), 20U + 25U);
  EXPECT_EQ(timed_.most_logins_under_way, 1);
}

TEST_F(PollerLoginTest, AnApplianceThatRefusesEveryTokenIsNotFloodedWithLogins) {
  Watch(100);
  data_answer_ = StatusAnswer(401);
  RunFor(1h);
  EXPECT_LE(Logins(), 20U + 25U);
  EXPECT_EQ(listener_.failed_polls, listener_.polls);
  // A poll gives up after twenty refusals in a row.
  EXPECT_LE(timed_.sent.size(), static_cast<std::size_t>(listener_.polls + 100) * 28);
  data_answer_.reset();
  listener_.failed_polls = 0;
  RunFor(1min);
  EXPECT_EQ(listener_.failed_polls, 0);
}

// ---- An appliance in trouble ----

struct PatienceCase {
  long status;
  bool at_login;
};

class PollerPatienceTest : public PollerLoginTest,
                           public testing::WithParamInterface<PatienceCase> {};

TEST_P(PollerPatienceTest, NoRequestOfAnyKindIsSentBeforeTheTimeTheApplianceAsksFor) {
  Watch(1);
  (GetParam().at_login ? login_answer_ : data_answer_) = AskingForPatience(GetParam().status, 120s);
  RunFor(500ms);
  const std::size_t sent = timed_.sent.size();
  ASSERT_GE(sent, 1U);
  const SteadyTime last = timed_.sent.back().at;
  login_answer_.reset();
  data_answer_.reset();
  RunFor(119s);
  EXPECT_EQ(timed_.sent.size(), sent);
  RunFor(5s);
  ASSERT_GT(timed_.sent.size(), sent);
  EXPECT_GE(timed_.sent[sent].at - last, 120s);
  EXPECT_LE(timed_.sent[sent].at - last, 122s);
  EXPECT_GE(listener_.answered["r0"], 2);
}

INSTANTIATE_TEST_SUITE_P(, PollerPatienceTest,
                         testing::Values(PatienceCase{429, false}, PatienceCase{503, false},
                                         PatienceCase{429, true}, PatienceCase{503, true}),
                         [](const auto& suite) {
                           return std::to_string(suite.param.status) +
                                  (suite.param.at_login ? "AtLogin" : "OfAPoll");
                         });

TEST_F(PollerLoginTest, ARenewalWaitsForTheApplianceToo) {
  Watch(1);
  RunFor(179s);
  data_answer_ = AskingForPatience(503, 120s);
  RunFor(2s);
  data_answer_.reset();
  const std::size_t sent = timed_.sent.size();
  RunFor(117s);
  EXPECT_EQ(timed_.sent.size(), sent);
  listener_.failed_polls = 0;
  RunFor(60s);
  EXPECT_EQ(listener_.failed_polls, 0);
  EXPECT_EQ(Logins(), 2U);
}

TEST_F(PollerLoginTest, NoApplianceIsLeftAloneForMoreThanAQuarterOfAnHour) {
  Watch(1);
  data_answer_ = AskingForPatience(503, 24h);
  RunFor(1s);
  data_answer_.reset();
  RunFor(16min);
  EXPECT_GE(LongestSilence(), 15min);
  EXPECT_LE(LongestSilence(), 15min + 2s);
  EXPECT_GE(listener_.answered["r0"], 30);
}

TEST_F(PollerLoginTest, FiveUnansweredRequestsInARowEndThePollAndBackOff) {
  Watch(100);
  plan_.max_connections = 1;
  plan_.schedule.poll_interval = 10s;
  life_ = 1h;  // no renewal comes between
  RunFor(5s);
  const std::size_t before = timed_.sent.size();
  data_answer_ = Fail(ErrorKind::kConnect, "request to cm failed: refused");
  RunFor(10s);
  EXPECT_EQ(timed_.sent.size() - before, 5U);
  EXPECT_EQ(listener_.unanswered.size(), 100U);
  EXPECT_EQ(listener_.errors, 5U);
  EXPECT_EQ(listener_.failed_polls, 1);
  RunFor(10min);
  EXPECT_GE(LongestSilence(), 25s);
  EXPECT_LE(LongestSilence(), 26s);
  EXPECT_LE(timed_.sent.size() - before, 5U + 610U / 25 + 1);
  data_answer_.reset();
  RunFor(1min);
  listener_.failed_polls = 0;
  listener_.polls = 0;
  listener_.answered.clear();
  RunFor(10min);
  EXPECT_EQ(listener_.failed_polls, 0);
  EXPECT_GE(listener_.polls, 58);
  EXPECT_GE(listener_.answered["r99"], 58);
}

}  // namespace
}  // namespace cckm
