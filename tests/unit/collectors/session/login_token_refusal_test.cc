// A LoginTokenSource whose tokens or refresh tokens are refused.

#include "tests/unit/collectors/session/login_token_source_fixture.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// ---- Refused tokens ----

TEST_F(LoginTokenSourceTest, ARefusedTokenIsDroppedOnceAndTheRepetitionAccepted) {
  const TokenPointer first = LogInWith(Grant("token-1"));
  EXPECT_TRUE(source_->Refused(first, false));
  EXPECT_FALSE(source_->State().is_held);
  EXPECT_EQ(Seen(), "wait");
  const TokenPointer second = LogInWith(Grant("token-2"));
  ASSERT_NE(second, nullptr);
  source_->Accepted(second, true);
  EXPECT_TRUE(source_->State().is_held);
  EXPECT_TRUE(source_->Refused(second, false));  // an hour or a moment later
}

TEST_F(LoginTokenSourceTest, FiftyRefusalsAtOnceCauseOneLogin) {
  const TokenPointer first = LogInWith(Grant("token-1"));
  for (int i = 0; i < 25; ++i) EXPECT_TRUE(source_->Refused(first, false)) << i;
  ASSERT_NE(NextBody(), "none");
  for (int i = 0; i < 15; ++i) EXPECT_TRUE(source_->Refused(first, false)) << i;
  source_->OnLoginAnswer(Answered(200, Grant("token-2")));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(source_->Refused(first, false)) << i;
  EXPECT_EQ(NextBody(), "none");
  EXPECT_EQ(Seen(), "token-2");
  for (int i = 0; i < 50; ++i) source_->Accepted(Current(), true);
  EXPECT_TRUE(source_->State().is_held);
}

TEST_F(LoginTokenSourceTest, ARepetitionIsNeverRepeated) {
  LogInWith(Grant("token-1"));
  source_->Refused(Current(), false);
  const TokenPointer second = LogInWith(Grant("token-2"));
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(source_->Refused(second, true));
  EXPECT_FALSE(source_->State().is_held);
  EXPECT_EQ(Seen(), "token-2");
  EXPECT_FALSE(source_->Refused(second, false));
  EXPECT_EQ(NextBody(), "none");
}

TEST_F(LoginTokenSourceTest, ARefusedTokenTakesItsRefreshTokenAlong) {
  LogInWith(GrantWithRefresh("token-1", "refresh-1"));
  source_->Refused(Current(), false);
  EXPECT_NE(NextBody().find(kPassword), std::string::npos);
}

TEST_F(LoginTokenSourceTest, ARefusalWhileTheRenewalIsUnderWayWaitsForIt) {
  const TokenPointer first = LogInWith(Grant("token-1"));
  clock_.Advance(seconds(180));
  ASSERT_NE(NextBody(), "none");
  EXPECT_TRUE(source_->Refused(first, false));
  EXPECT_EQ(Seen(), "wait");
  EXPECT_EQ(NextBody(), "none");
  source_->OnLoginAnswer(Answered(200, Grant("token-2")));
  EXPECT_EQ(Seen(), "token-2");
}

TEST_F(LoginTokenSourceTest, ARefusalWithoutAnyTokenToComeIsNotRepeated) {
  const TokenPointer first = LogInWith(Grant("token-1"));
  source_->Refused(first, false);
  LogIn(Answered(500, "{}"));
  EXPECT_FALSE(source_->Refused(first, false));
}

// One request that is refused whatever the token, once a second.
class RefusedForEverTest : public LoginTokenSourceTest {
 protected:
  // The number of logins in that time.
  int LoginsIn(Nanoseconds length, bool others_are_accepted) {
    SeededRandom random;
    LoginTokenSource source(PlanWithPassword(), backoff_, clock_, random);
    int logins = 0;
    const auto log_in = [&] {
      if (NextBody(source) == "none") return;
      ++logins;
      source.OnLoginAnswer(Answered(200, Grant("token-" + std::to_string(logins))));
    };
    for (const SteadyTime end = clock_.SteadyNow() + length; clock_.SteadyNow() < end;
         clock_.Advance(seconds(1))) {
      log_in();
      const TokenPointer token = *source.Current();
      if (others_are_accepted) source.Accepted(token, false);
      if (!source.Refused(token, false)) continue;
      log_in();
      EXPECT_FALSE(source.Refused(*source.Current(), true));
    }
    return logins;
  }
};

TEST_F(RefusedForEverTest, CausesFewLoginsInAnHour) {
  const int renewals = 20;
  const int logins = LoginsIn(hours(1), false);
  EXPECT_LE(logins, renewals + 25);
  EXPECT_GE(logins, renewals - 5);
}

TEST_F(RefusedForEverTest, CausesFewLoginsInAnHourWhereOtherRequestsAreAccepted) {
  EXPECT_LE(LoginsIn(hours(1), true), 45);
}

TEST_F(RefusedForEverTest, CausesFewLoginsInTheFirstMinute) {
  EXPECT_LE(LoginsIn(minutes(1), true), 8);
}

// ---- Refresh tokens that fail ----

TEST_F(LoginTokenSourceTest, ARejectedRefreshTokenIsFollowedByThePasswordAtOnce) {
  const TokenPointer first = LogInWith(GrantWithRefresh("token-1", "refresh-1"));
  for (const long status : {400L, 401L, 403L, 404L, 422L}) {
    clock_.Advance(UntilNextLogin());
    ASSERT_NE(NextBody().find("refresh-"), std::string::npos) << status;
    const LoginOutcome outcome = source_->OnLoginAnswer(Answered(status, "{}"));
    ASSERT_TRUE(outcome.error);
    EXPECT_FALSE(outcome.was_last_way);
    EXPECT_NE(Current(), nullptr);
    ASSERT_NE(NextBody().find(kPassword), std::string::npos) << status;
    EXPECT_TRUE(source_->OnLoginAnswer(Answered(200, Grant("token-2"))).is_renewal);
    if (status == 422) break;
    MakeSource();
    LogInWith(GrantWithRefresh("token-1", "refresh-1"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.File("logins")));
}

TEST_F(LoginTokenSourceTest, AfterThreeRejectedInARowNoRefreshTokenIsTried) {
  LogInWith(GrantWithRefresh("token", "refresh"));
  int tried = 0;
  for (int renewal = 0; renewal < 10; ++renewal) {
    clock_.Advance(UntilNextLogin());
    if (NextBody().find(R"("refresh_token":"refresh")") != std::string::npos) {
      ++tried;
      source_->OnLoginAnswer(Answered(401, "{}"));
      ASSERT_NE(NextBody(), "none");
    }
    source_->OnLoginAnswer(Answered(200, GrantWithRefresh("token", "refresh")));
  }
  EXPECT_EQ(tried, 3);
}

TEST_F(LoginTokenSourceTest, AGrantForARefreshTokenForgivesTheRejectedOnes) {
  LogInWith(GrantWithRefresh("token", "refresh"));
  for (int round = 0; round < 5; ++round) {
    for (const long status : {401L, 401L, 200L}) {
      clock_.Advance(UntilNextLogin());
      ASSERT_NE(NextBody().find(R"("grant_type":"refresh_token")"), std::string::npos) << round;
      source_->OnLoginAnswer(Answered(status, GrantWithRefresh("token", "refresh")));
      if (status == 200) continue;
      ASSERT_NE(NextBody(), "none");
      source_->OnLoginAnswer(Answered(200, GrantWithRefresh("token", "refresh")));
    }
  }
}

TEST_F(LoginTokenSourceTest, ARefreshThatIsNotAnsweredIsTriedAgainAndTakesNobodysTurn) {
  LogInWith(GrantWithRefresh("token-1", "refresh-1"));
  clock_.Advance(UntilNextLogin());
  ASSERT_NE(NextBody(), "none");
  const auto other = MakeWith(PlanWithPassword());
  EXPECT_NE(NextBody(*other).find(kPassword), std::string::npos);
  const LoginOutcome outcome = source_->OnLoginAnswer(Answered(503, "{}"));
  EXPECT_TRUE(outcome.was_last_way);
  EXPECT_EQ(Seen(), "token-1");
  clock_.Advance(UntilNextLogin());
  EXPECT_NE(NextBody().find("refresh-1"), std::string::npos);
}

}  // namespace
}  // namespace cckm
