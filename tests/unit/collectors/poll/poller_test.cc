// Poller and Collector together over a fake network and a fake clock: what is asked for when, and
// what is told.

#include "collectors/poll/poller.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "tests/support/fakes/fake_clock.h"
#include "tests/support/fakes/fake_http_client.h"
#include "tests/support/fakes/fakes.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kCreated = "2021-03-03T06:10:52Z";

std::string Job(const std::string& status, const std::string& more = "") {
  return R"({"createdAt":")" + std::string(kCreated) + R"(","updatedAt":"2021-03-03T06:11:00Z",)" +
         R"("overall_status":")" + status + R"(","domains":["d1"])" + more + "}";
}

const std::string kCompleted = Job("completed", R"(,"completed_at":"2021-03-03T06:10:54Z")");

class PollerTest : public ::testing::Test {
 protected:
  // What each path answers; a path that is not here answers "in_progress".
  std::map<std::string, Result<HttpResponse>> answers_;

  FakeClock clock_;
  FakeRandom random_;
  FakeTokenSource token_;
  RecordingListener listener_;
  std::function<void(const std::string&)> on_request_ = [](const std::string&) {};
  FakeHttpClient client_{clock_, [this](const std::string& path) {
                           on_request_(path);
                           const auto found = answers_.find(path);
                           return WithIdOf(path, found != answers_.end()
                                                     ? found->second
                                                     : JsonAnswer(Job("in_progress")));
                         }};
  PollerPlan plan_{
      .target = "cm",
      .collectors =
          {{{.family = FindFamily("dsm"), .refresh_ids = {"r1", "r2"}, .domain_names = false}}},
      .schedule = {.poll_interval = 15s, .recheck_interval = 24h, .heartbeat_interval = 60s},
      .max_connections = 8};

  // Polls until `length` has passed on the clock.
  void RunFor(Nanoseconds length) {
    std::stop_source stop;
    const SteadyTime end = clock_.SteadyNow() + length;
    StoppingListener stopping(listener_, clock_, end, stop);
    Poller poller(plan_, client_, token_, clock_, random_, stopping);
    poller.Run(stop.get_token());
  }

  std::size_t CountRequests(std::string_view path) const {
    return static_cast<std::size_t>(std::ranges::count(client_.paths(), path));
  }

  std::vector<RefreshAnswer> Answers() const {
    std::vector<RefreshAnswer> all;
    for (const PollUpdate& update : listener_.updates) {
      all.insert(all.end(), update.answers.begin(), update.answers.end());
    }
    return all;
  }

 private:
  // Passes updates on until a moment, then stops the poller.
  class StoppingListener final : public PollListener {
   public:
    StoppingListener(PollListener& next, const Clock& clock, SteadyTime end, std::stop_source& stop)
        : next_(next), clock_(clock), end_(end), stop_(stop) {}
    void OnUpdate(PollUpdate update) override {
      if (clock_.SteadyNow() >= end_) stop_.request_stop();
      next_.OnUpdate(std::move(update));
    }
    void OnLogin(const LoginUpdate& update) override { next_.OnLogin(update); }

   private:
    PollListener& next_;
    const Clock& clock_;
    const SteadyTime end_;
    std::stop_source& stop_;
  };
};

TEST_F(PollerTest, AsksForEachConfiguredRefreshByItsPathAndWithTheToken) {
  RunFor(1ms);
  EXPECT_EQ(client_.paths(), std::vector<std::string>(
                                 {"/api/v1/cckm/dsm/refresh/r1", "/api/v1/cckm/dsm/refresh/r2"}));
  EXPECT_EQ(client_.tokens(), std::vector<std::string>({"token", "token"}));
}

TEST_F(PollerTest, UnfinishedRefreshesAreAskedForEveryPollInterval) {
  RunFor(60s);
  EXPECT_EQ(CountRequests("/api/v1/cckm/dsm/refresh/r1"), 5U);
}

TEST_F(PollerTest, AFinishedRefreshIsNotAskedForAgainBeforeItsRecheck) {
  answers_["/api/v1/cckm/dsm/refresh/r1"] = JsonAnswer(kCompleted);
  RunFor(1h);
  EXPECT_EQ(CountRequests("/api/v1/cckm/dsm/refresh/r1"), 1U);
  EXPECT_GE(CountRequests("/api/v1/cckm/dsm/refresh/r2"), 240U);
}

TEST_F(PollerTest, ARecheckComesAfterItsInterval) {
  plan_.schedule.recheck_interval = 10min;
  answers_["/api/v1/cckm/dsm/refresh/r1"] = JsonAnswer(kCompleted);
  RunFor(21min);
  EXPECT_EQ(CountRequests("/api/v1/cckm/dsm/refresh/r1"), 3U);
}

TEST_F(PollerTest, ARecheckThatFailsIsNotRepeatedAtEveryPoll) {
  plan_.schedule.recheck_interval = 10min;
  answers_["/api/v1/cckm/dsm/refresh/r1"] = JsonAnswer(kCompleted);
  on_request_ = [this](const std::string& path) {
    if (CountRequests(path) == 2) answers_.insert_or_assign(path, NotFoundAnswer());
  };
  RunFor(19min);
  EXPECT_EQ(CountRequests("/api/v1/cckm/dsm/refresh/r1"), 3U) << "the last on a new connection";
}

TEST_F(PollerTest, AFinishedRefreshThatCameBackUnfinishedIsWatchedAgain) {
  plan_.schedule.recheck_interval = 10min;
  answers_["/api/v1/cckm/dsm/refresh/r1"] = JsonAnswer(kCompleted);
  on_request_ = [this](const std::string& path) {
    if (CountRequests(path) == 2) answers_.erase(path);
  };
  RunFor(11min);
  EXPECT_GE(CountRequests("/api/v1/cckm/dsm/refresh/r1"), 5U);
}

TEST_F(PollerTest, WhenEverythingIsFinishedAHeartbeatAsksForOneListEntry) {
  answers_["/api/v1/cckm/dsm/refresh/r1"] = JsonAnswer(kCompleted);
  answers_["/api/v1/cckm/dsm/refresh/r2"] = JsonAnswer(kCompleted);
  answers_["/api/v1/cckm/dsm/refresh?skip=0&limit=1"] =
      JsonAnswer(R"({"skip":0,"limit":1,"total":0,"resources":[]})");
  RunFor(5min);
  EXPECT_EQ(CountRequests("/api/v1/cckm/dsm/refresh?skip=0&limit=1"), 5U);
  EXPECT_EQ(client_.paths().size(), 7U);
  EXPECT_TRUE(listener_.Ends().back().up);
  EXPECT_EQ(listener_.updates.back().requests.at(0).endpoint, Endpoint::kRefreshList);
}

TEST_F(PollerTest, AHeartbeatWithoutAReadableAnswerTakesTheCollectorDown) {
  plan_.collectors[0].refresh_ids = {"r1"};
  answers_["/api/v1/cckm/dsm/refresh/r1"] = JsonAnswer(kCompleted);
  answers_["/api/v1/cckm/dsm/refresh?skip=0&limit=1"] = JsonAnswer("[]");
  RunFor(61s);
  EXPECT_FALSE(listener_.Ends().back().up);
}

TEST_F(PollerTest, AFinishedRefreshWithoutCompletionTimeIsAskedForOnceMore) {
  answers_["/api/v1/cckm/dsm/refresh/r1"] = JsonAnswer(Job("completed"));
  plan_.collectors[0].refresh_ids = {"r1"};
  RunFor(15s);
  const auto answers = Answers();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_FALSE(answers[0].is_final);
  EXPECT_TRUE(answers[0].refresh.anomalies.empty());
  EXPECT_TRUE(answers[1].is_final);
  EXPECT_TRUE(answers[1].refresh.anomalies.Has(Anomaly::kMissingCompletionTime));
  EXPECT_EQ(answers[1].refresh.completed_at, answers[1].refresh.updated_at);
  EXPECT_EQ(DurationOf(answers[1].refresh), 8s);
}

TEST_F(PollerTest, ACompletionTimeThatComesWithTheSecondAnswerIsNoAnomaly) {
  plan_.collectors[0].refresh_ids = {"r1"};
  answers_["/api/v1/cckm/dsm/refresh/r1"] = JsonAnswer(Job("completed"));
  on_request_ = [this](const std::string& path) {
    if (CountRequests(path) == 2) answers_.insert_or_assign(path, JsonAnswer(kCompleted));
  };
  RunFor(15s);
  const auto answers = Answers();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_TRUE(answers[1].is_final);
  EXPECT_TRUE(answers[1].refresh.anomalies.empty());
  EXPECT_EQ(DurationOf(answers[1].refresh), 2s);
}

TEST_F(PollerTest, A404IsAnAnswerAndTheRefreshIsAskedForAgain) {
  plan_.collectors[0].refresh_ids = {"r1"};
  answers_["/api/v1/cckm/dsm/refresh/r1"] = NotFoundAnswer();
  RunFor(15s);
  const auto answers = Answers();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].kind, RefreshAnswer::Kind::kNotFound);
}

TEST_F(PollerTest, OneUsableAnswerKeepsTheCollectorUp) {
  answers_["/api/v1/cckm/dsm/refresh/r1"] = StatusAnswer(500);
  RunFor(1ms);
  EXPECT_TRUE(listener_.Ends().at(0).up);
  const PollUpdate& update = listener_.updates.front();
  EXPECT_EQ(update.error_counts[static_cast<std::size_t>(ErrorKind::kHttpStatus)], 1U);
  ASSERT_EQ(update.errors.size(), 1U);
  EXPECT_EQ(update.errors[0].kind, ErrorKind::kHttpStatus);
}

TEST_F(PollerTest, WithoutAUsableAnswerTheCollectorIsDown) {
  answers_["/api/v1/cckm/dsm/refresh/r1"] = StatusAnswer(500);
  answers_["/api/v1/cckm/dsm/refresh/r2"] = JsonAnswer("not json");
  RunFor(1ms);
  EXPECT_FALSE(listener_.Ends().at(0).up);
  const auto answers = Answers();
  ASSERT_EQ(answers.size(), 2U);
  for (const RefreshAnswer& answer : answers) {
    EXPECT_EQ(answer.kind, RefreshAnswer::Kind::kNoUsableAnswer);
  }
}

TEST_F(PollerTest, ABodyWithADuplicateKeyIsAnAnomalyOfItsRefresh) {
  plan_.collectors[0].refresh_ids = {"r1"};
  answers_["/api/v1/cckm/dsm/refresh/r1"] =
      JsonAnswer(R"({"overall_status":"completed","overall_status":"failed"})");
  RunFor(1ms);
  ASSERT_EQ(Answers().size(), 1U);
  EXPECT_EQ(Answers()[0].kind, RefreshAnswer::Kind::kNoUsableAnswer);
  EXPECT_TRUE(Answers()[0].refresh.anomalies.Has(Anomaly::kDuplicateKey));
}

TEST_F(PollerTest, WithoutATokenNothingIsAskedAndTheFaultIsTold) {
  token_.Take({ErrorKind::kAuth, "the token file is gone"});
  RunFor(15s);
  EXPECT_TRUE(client_.paths().empty());
  EXPECT_FALSE(listener_.Ends().at(0).up);
  EXPECT_EQ(listener_.updates.at(0).errors.at(0).message, "the token file is gone");
  EXPECT_EQ(Answers().size(), 4U);
}

TEST_F(PollerTest, ATokenThatIsRefusedIsTriedAgainAtTheNextPoll) {
  plan_.collectors[0].refresh_ids = {"r1"};
  answers_["/api/v1/cckm/dsm/refresh/r1"] = StatusAnswer(401);
  on_request_ = [this](const std::string& path) {
    if (CountRequests(path) == 2) answers_.erase(path);
  };
  RunFor(15s);
  EXPECT_FALSE(listener_.updates.front().observation.token.is_held);
  EXPECT_FALSE(listener_.Ends().at(0).up);
  EXPECT_TRUE(listener_.updates.back().observation.token.is_held);
  EXPECT_TRUE(listener_.Ends().at(1).up);
}

TEST_F(PollerTest, NeverUsesMoreConnectionsThanAllowed) {
  plan_.max_connections = 3;
  plan_.collectors[0].refresh_ids.clear();
  for (int i = 0; i < 100; ++i) plan_.collectors[0].refresh_ids.push_back("r" + std::to_string(i));
  RunFor(1ms);
  // And one page of the list, asked for twice, which turned out to be of no use.
  EXPECT_EQ(client_.paths().size(), 102U);
  EXPECT_EQ(client_.most_in_flight(), 3U);
}

TEST_F(PollerTest, CollectorsTakeTurnsOnTheConnections) {
  plan_.max_connections = 1;
  plan_.collectors.push_back(
      {{.family = FindFamily("external-cm"), .refresh_ids = {"x1", "x2"}, .domain_names = false}});
  RunFor(1ms);
  EXPECT_EQ(client_.paths(),
            std::vector<std::string>(
                {"/api/v1/cckm/dsm/refresh/r1", "/api/v1/cckm/external-cm/refresh/x1",
                 "/api/v1/cckm/dsm/refresh/r2", "/api/v1/cckm/external-cm/refresh/x2"}));
}

TEST_F(PollerTest, OneSlowAnswerHoldsUpNobody) {
  plan_.schedule.poll_interval = 1s;
  client_.SetLatency([](const std::string& path) { return path.ends_with("r1") ? 10s : 1ms; });
  RunFor(9s);
  EXPECT_EQ(CountRequests("/api/v1/cckm/dsm/refresh/r1"), 1U);
  EXPECT_GE(CountRequests("/api/v1/cckm/dsm/refresh/r2"), 9U);
}

TEST_F(PollerTest, ASlowApplianceIsNotAskedTwiceAtOnceAndIsUp) {
  plan_.schedule.poll_interval = 1s;
  client_.SetLatency([](const std::string&) { return 5s; });
  RunFor(14s);
  EXPECT_EQ(client_.most_in_flight(), 2U);
  for (const PollSummary& end : listener_.Ends()) EXPECT_TRUE(end.up);
  EXPECT_EQ(listener_.Ends().at(0).duration, 5s);
}

TEST_F(PollerTest, AnswersAreHandedOverBeforeALongPollEnds) {
  client_.SetLatency([](const std::string& path) { return path.ends_with("r1") ? 10s : 1ms; });
  RunFor(9s);
  ASSERT_GE(listener_.updates.size(), 2U);
  EXPECT_FALSE(listener_.updates.front().ended);
  EXPECT_EQ(listener_.updates.front().answers.at(0).refresh.id, "r2");
  EXPECT_LE(listener_.updates.front().at - FakeClock::kSteadyStart, 500ms);
}

TEST_F(PollerTest, TellsHowFarTheAppliancesClockIsOff) {
  HttpResponse answer = JsonAnswer(Job("in_progress"));
  answer.date = FakeClock::kStart + 90s;
  answers_["/api/v1/cckm/dsm/refresh/r2"] = answer;
  RunFor(1ms);
  EXPECT_EQ(listener_.updates.back().observation.clock_skew, Nanoseconds(90s) - 1ms);
}

TEST_F(PollerTest, RunFirstPollEndsWithTheFirstPollOfEveryCollector) {
  plan_.collectors.push_back(
      {{.family = FindFamily("external-cm"), .refresh_ids = {"x1"}, .domain_names = false}});
  Poller poller(plan_, client_, token_, clock_, random_, listener_);
  poller.RunFirstPoll(std::stop_token());
  EXPECT_EQ(client_.paths().size(), 3U);
  EXPECT_EQ(listener_.Ends().size(), 2U);
}

TEST_F(PollerTest, RunReturnsWhenAStopIsRequestedBeforeAnAnswerComes) {
  client_.SetLatency([](const std::string&) { return 24h; });
  std::stop_source stop;
  stop.request_stop();
  Poller poller(plan_, client_, token_, clock_, random_, listener_);
  poller.Run(stop.get_token());
  EXPECT_TRUE(client_.paths().empty());
}

}  // namespace
}  // namespace cckm
