// Polls while tokens are renewed, logins fail and tokens are refused.

#include "tests/unit/collectors/poll/poller_login_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

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

}  // namespace
}  // namespace cckm
