// A Poller whose target has two addresses, nodes that do not take each other's tokens.

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "collectors/http/failover_http_client.h"
#include "tests/unit/collectors/poll/poller_login_fixture.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Kind = RefreshAnswer::Kind;

constexpr Nanoseconds kRequestTimeout = seconds(10);

std::string Running(const std::string& updated_at) {
  return R"({"createdAt":"2020-01-01T00:00:00Z","updatedAt":")" + updated_at +
         R"(","overall_status":"in_progress","domains":["d1"]})";
}
std::string Completed(const std::string& updated_at) {
  return R"({"createdAt":"2020-01-01T00:00:00Z","updatedAt":")" + updated_at +
         R"(","completed_at":")" + updated_at +
         R"(","overall_status":"completed","domains":["d1"]})";
}

struct Node {
  std::optional<ErrorKind> fault = {};  // what requests get in the place of an answer
  long status = 0;                      // the same of a status; 0: none
  std::set<std::string> tokens = {};    // granted
  bool takes_all_tokens = false;
  std::optional<Result<HttpResponse>> refresh = {};  // none: in progress, without times
  int logins = 0;
};

class PollerClusterTest : public testing::Test {
 protected:
  PollerClusterTest() {
    client_.SetRequestLatency([this](const HttpRequest& request) {
      return nodes_.at(request.address).fault == ErrorKind::kTimeout ? kRequestTimeout
                                                                     : milliseconds(1);
    });
  }

  void Watch(int refreshes) {
    for (int i = 0; i < refreshes; ++i) {
      plan_.collectors.front().refresh_ids.push_back("r" + std::to_string(i));
    }
  }

  void RunFor(Nanoseconds length) {
    std::stop_source stop;
    timed_.StopAt(clock_.SteadyNow() + length, stop);
    if (poller_ == nullptr) {
      poller_ = std::make_unique<Poller>(plan_, timed_, source_, clock_, random_, listener_);
    }
    poller_->Run(stop.get_token());
  }

  Result<HttpResponse> AnswerTo(const HttpRequest& request) {
    Node& node = nodes_.at(request.address);
    if (node.fault) return Fail(*node.fault, "it failed");
    if (node.status != 0) return StatusAnswer(node.status);
    if (request.path == kTokens) {
      ++node.logins;
      const std::string token = "token-" + std::to_string(request.address) + "-" +
                                std::to_string(node.logins) + "-canary";
      node.tokens.insert(token);
      return JsonAnswer(R"({"jwt":")" + token + R"(","duration":3600})");
    }
    if (!node.takes_all_tokens &&
        !node.tokens.contains(std::string(request.bearer_token->Reveal())))
      return StatusAnswer(401);
    if (request.path.find('?') != std::string::npos) return StatusAnswer(403);
    return WithIdOf(request.path, node.refresh ? *node.refresh
                                               : JsonAnswer(R"({"overall_status":"in_progress"})"));
  }

  int Logins() const { return nodes_[0].logins + nodes_[1].logins; }
  int CountOf(Kind kind) { return listener_.kinds[kind]; }

  std::array<Node, 2> nodes_;
  TemporaryFolder folder_;
  const std::filesystem::path password_file_ = folder_.Replace("password", "canary-password");
  FakeClock clock_;
  FakeRandom random_{0.5};
  LoginBackoff backoff_{folder_.File("logins"), clock_, nullptr};
  LoginTokenSource source_{
      LoginPlan{.appliance = "https://a",
                .way = PasswordLogin{.username = "exporter", .password_file = password_file_},
                .other_urls = {"https://b"}},
      backoff_, clock_, random_};
  FakeHttpClient client_{clock_, [this](const HttpRequest& request) { return AnswerTo(request); }};
  FailoverHttpClient failover_{client_, {"https://a", "https://b"}};
  TimedClient timed_{failover_, clock_};
  CountingListener listener_;
  PollerPlan plan_{.target = "cm",
                   .collectors = {{{.family = FindFamily("dsm"), .domain_names = false}}},
                   .schedule = {.poll_interval = seconds(15),
                                .recheck_interval = hours(24),
                                .heartbeat_interval = hours(24)},
                   .max_connections = 8};
  std::unique_ptr<Poller> poller_;
};

TEST_F(PollerClusterTest, TheEndOfTheAddressInUseCostsNoPollAndOneLogin) {
  for (const ErrorKind fault : {ErrorKind::kConnect, ErrorKind::kTimeout, ErrorKind::kTls}) {
    SCOPED_TRACE(ErrorKindName(fault));
    poller_.reset();
    plan_.collectors.front().refresh_ids.clear();
    Watch(2000);
    nodes_[0].fault = std::nullopt;
    RunFor(seconds(40));
    const int logins = Logins();
    nodes_[failover_.AddressInUse()].fault = fault;
    RunFor(seconds(60));
    nodes_[0].fault = nodes_[1].fault = std::nullopt;
    EXPECT_LE(Logins(), logins + 1);
    EXPECT_EQ(listener_.failed_polls, 0);
    EXPECT_EQ(listener_.unanswered.size(), 0U);
    EXPECT_EQ(CountOf(Kind::kNoUsableAnswer), 0);
    listener_ = {};
  }
}

TEST_F(PollerClusterTest, EveryAttemptIsARequestAndAFailedOneAnErrorOfItsKind) {
  Watch(1);
  RunFor(seconds(1));
  listener_ = {};
  nodes_[0].fault = ErrorKind::kConnect;
  nodes_[1].takes_all_tokens = true;
  RunFor(seconds(15));
  EXPECT_EQ(listener_.statuses, (std::map<long, int>{{0, 1}, {200, 1}}));
  EXPECT_EQ(listener_.errors, 1U);
  ASSERT_EQ(listener_.shown.size(), 1U);
  EXPECT_EQ(listener_.shown[0].kind, ErrorKind::kConnect);
  EXPECT_EQ(Logins(), 1) << "the token is taken";
}

TEST_F(PollerClusterTest, NodesThatTakeTurnsInFailingCostOneLoginEach) {
  Watch(20);
  for (std::size_t turn = 0; turn < 40; ++turn) {
    nodes_[turn % 2].status = 503;
    nodes_[1 - turn % 2].status = 0;
    RunFor(seconds(15));
  }
  EXPECT_EQ(nodes_[0].logins, 1);
  EXPECT_EQ(nodes_[1].logins, 1);
  EXPECT_EQ(listener_.failed_polls, 0);
  EXPECT_EQ(listener_.unanswered.size(), 0U);
}

TEST_F(PollerClusterTest, BacksOffOnlyWhenNoAddressAnswersAndComesBackAtAny) {
  Watch(8);
  RunFor(seconds(20));
  nodes_[0].fault = nodes_[1].fault = ErrorKind::kConnect;
  timed_.sent.clear();
  RunFor(minutes(10));
  EXPECT_LT(timed_.sent.size(), 8U * 25U) << "fewer than a poll in each pause of 15 s or more";
  nodes_[1].fault = std::nullopt;
  RunFor(minutes(1));
  listener_ = {};
  RunFor(minutes(1));
  EXPECT_EQ(listener_.failed_polls, 0);
  EXPECT_EQ(listener_.polls, 4);
  EXPECT_EQ(failover_.AddressInUse(), 1U);
}

TEST_F(PollerClusterTest, ANodeThatIsADayBehindChangesNothing) {
  plan_.schedule.recheck_interval = minutes(1);
  Watch(1);
  nodes_[0].refresh = JsonAnswer(Completed("2020-01-02T00:00:00Z"));
  nodes_[1].refresh = JsonAnswer(Running("2020-01-01T00:00:00Z"));
  RunFor(seconds(20));
  EXPECT_EQ(CountOf(Kind::kRefresh), 1);
  nodes_[0].fault = ErrorKind::kConnect;
  RunFor(minutes(30));
  EXPECT_EQ(CountOf(Kind::kRefresh), 1) << "what is known stays, however long";
  EXPECT_GT(CountOf(Kind::kBehind), 20);
  EXPECT_EQ(listener_.failed_polls, 0) << "it is an answer";
  nodes_[1].refresh = JsonAnswer(Completed("2020-01-02T00:00:00Z"));
  RunFor(minutes(2));
  EXPECT_GT(CountOf(Kind::kRefresh), 1);
}

TEST_F(PollerClusterTest, WhatTheLedgerHasFinishedChangesOnlyAfterTheLongestLag) {
  plan_.schedule.recheck_interval = minutes(1);
  Watch(1);
  plan_.collectors.front().known = {
      {.id = "r0",
       .summary = {.created_at = WallTime(std::chrono::sys_days(std::chrono::year(2020) / 1 / 1)),
                   .completed_at = WallTime(std::chrono::sys_days(std::chrono::year(2020) / 1 / 2)),
                   .status = RefreshStatus::kFailed}}};
  nodes_[0].refresh = JsonAnswer(Completed("2020-01-02T00:00:00Z"));
  RunFor(minutes(9));
  EXPECT_EQ(CountOf(Kind::kRefresh), 0);
  EXPECT_GT(CountOf(Kind::kBehind), 5);
  RunFor(minutes(3));
  EXPECT_GT(CountOf(Kind::kRefresh), 0);
}

TEST_F(PollerClusterTest, AnOlderStateOfARunningRefreshChangesNothingAndItsEndIsBelieved) {
  Watch(1);
  nodes_[0].refresh = JsonAnswer(Running("2020-01-02T00:00:00Z"));
  nodes_[1].refresh = JsonAnswer(Running("2020-01-01T23:59:59Z"));
  RunFor(seconds(20));
  nodes_[0].fault = ErrorKind::kReset;
  listener_ = {};
  RunFor(minutes(5));
  EXPECT_EQ(CountOf(Kind::kRefresh), 0);
  EXPECT_EQ(CountOf(Kind::kBehind), 20);
  nodes_[1].refresh = JsonAnswer(Completed("2020-01-01T23:59:59Z"));  // by a clock that is behind
  RunFor(seconds(30));
  EXPECT_EQ(CountOf(Kind::kRefresh), 1);
}

TEST_F(PollerClusterTest, WhatAnotherNodeToldOfIsGoneOnlyAfterTheLongestLag) {
  Watch(1);
  RunFor(minutes(15));
  nodes_[0].fault = ErrorKind::kConnect;
  nodes_[1].refresh = NotFoundAnswer();
  listener_ = {};
  RunFor(minutes(9));
  EXPECT_EQ(CountOf(Kind::kNotFound), 0);
  EXPECT_GT(CountOf(Kind::kBehind), 30);
  RunFor(minutes(2));
  EXPECT_GT(CountOf(Kind::kNotFound), 0);
}

TEST_F(PollerClusterTest, ANodeIsBelievedOfWhatItToldOfItselfAndOfWhatNobodyToldOf) {
  Watch(1);
  nodes_[0].refresh = NotFoundAnswer();
  RunFor(seconds(5));
  EXPECT_EQ(CountOf(Kind::kNotFound), 1) << "nobody told of it";
  nodes_[0].fault = ErrorKind::kConnect;
  RunFor(seconds(20));
  EXPECT_GT(CountOf(Kind::kRefresh), 0);
  nodes_[1].refresh = NotFoundAnswer();
  listener_ = {};
  RunFor(seconds(20));
  EXPECT_GT(CountOf(Kind::kNotFound), 0) << "the same node told of it";
  EXPECT_EQ(CountOf(Kind::kBehind), 0);
}

}  // namespace
}  // namespace cckm
