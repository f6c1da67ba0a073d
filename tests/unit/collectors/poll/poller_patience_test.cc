// Polls of an appliance in trouble.

#include "tests/unit/collectors/poll/poller_login_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

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
