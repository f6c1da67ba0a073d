// What a LoginTokenSource sends, and how long its tokens serve.

#include "tests/unit/collectors/session/login_token_source_fixture.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

// ---- What is sent ----

TEST_F(LoginTokenSourceTest, SendsThePasswordAndWhatIsConfiguredBesides) {
  folder_.Replace("password", "p\"w\\d$\xC3\xA4\n");
  const auto source = MakeWith({"https://cm", PasswordLogin{.username = "ex\"porter",
                                                            .password_file = password_file_,
                                                            .connection = "ldap",
                                                            .domain = "eu",
                                                            .auth_domain = "root",
                                                            .auth_domain_path = "/tenant/eu"}});
  EXPECT_EQ(NextBody(*source),
            "{\"grant_type\":\"password\",\"username\":\"ex\\\"porter\","
            "\"password\":\"p\\\"w\\\\d$\xC3\xA4\",\"connection\":\"ldap\",\"domain\":\"eu\","
            "\"auth_domain\":\"root\",\"auth_domain_path\":\"/tenant/eu\"}");
}

TEST_F(LoginTokenSourceTest, LeavesOutWhatIsNotConfigured) {
  EXPECT_EQ(NextBody(),
            R"({"grant_type":"password","username":"exporter","password":"canary-password-7"})");
}

TEST_F(LoginTokenSourceTest, SendsTheClientOfACertificate) {
  const auto source = MakeWith({"https://cm", CertificateLogin{"a-client-id", password_file_}});
  EXPECT_EQ(NextBody(*source), R"({"grant_type":"client_credential","client_id":"a-client-id"})");
}

TEST_F(LoginTokenSourceTest, RenewsWithTheRefreshToken) {
  LogInWith(GrantWithRefresh("token-1", "refresh-1"));
  clock_.Advance(UntilNextLogin());
  EXPECT_EQ(NextBody(), R"({"grant_type":"refresh_token","refresh_token":"refresh-1"})");
  const LoginOutcome outcome = source_->OnLoginAnswer(Answered(200, Grant("token-2")));
  EXPECT_TRUE(outcome.is_renewal);
  EXPECT_EQ(Seen(), "token-2");
  // An appliance that sends no new one means the former to be used again.
  clock_.Advance(UntilNextLogin());
  EXPECT_EQ(NextBody(), R"({"grant_type":"refresh_token","refresh_token":"refresh-1"})");
}

TEST_F(LoginTokenSourceTest, DoesNotUseARefreshTokenThatIsOver) {
  LogInWith(Grant("token-1",
                  R"("duration":300,"refresh_token":"refresh-1","refresh_token_expires_in":150)"));
  clock_.Advance(UntilNextLogin());
  EXPECT_NE(NextBody().find(kPassword), std::string::npos);
}

// The renewal is due after 180 seconds, and a refresh token is given up 15 seconds before its end.
TEST_F(LoginTokenSourceTest, DoesNotUseARefreshTokenThatMayBeOverWhenItArrives) {
  for (const auto& [seconds_of_life, is_used] :
       {std::pair{190, false}, {195, false}, {196, true}}) {
    MakeSource();
    LogInWith(Grant("token-1",
                    R"("duration":300,"refresh_token":"refresh-1","refresh_token_expires_in":)" +
                        std::to_string(seconds_of_life)));
    ASSERT_EQ(UntilNextLogin(), seconds(180));
    clock_.Advance(UntilNextLogin());
    EXPECT_EQ(NextBody().find("refresh-1") != std::string::npos, is_used) << seconds_of_life;
  }
}

TEST_F(LoginTokenSourceTest, SendsOneLoginAtATime) {
  EXPECT_NE(NextBody(), "none");
  EXPECT_EQ(NextBody(), "none");
  EXPECT_EQ(source_->NextLoginDue(), std::nullopt);
  clock_.Advance(hours(1));
  EXPECT_EQ(NextBody(), "none");
}

// ---- Life of a token ----

TEST_F(LoginTokenSourceTest, RenewsBetween54And66PercentOfTheLife) {
  const struct {
    double random;
    int duration;
    milliseconds due;
  } cases[] = {{0, 300, seconds(162)},
               {0.5, 300, seconds(180)},
               {0.999999, 300, milliseconds(197'700)},
               {0, 20, milliseconds(10'800)},
               {0.999999, 20, milliseconds(13'180)},
               {0, 3600, seconds(1944)},
               {0.999999, 3600, milliseconds(2'372'400)}};
  for (const auto& c : cases) {
    FakeRandom random(c.random);
    LoginTokenSource source(PlanWithPassword(), backoff_, clock_, random);
    NextBody(source);
    source.OnLoginAnswer(Answered(200, Grant("t", "\"duration\":" + std::to_string(c.duration))));
    EXPECT_EQ(*source.NextLoginDue() - clock_.SteadyNow(), c.due) << c.duration;
    clock_.Advance(c.due - Nanoseconds(1));
    EXPECT_EQ(NextBody(source), "none");
    clock_.Advance(Nanoseconds(1));
    EXPECT_NE(NextBody(source), "none");
  }
}

TEST_F(LoginTokenSourceTest, TheLifeBeginsBeforeTheRequest) {
  const SteadyTime began_at = clock_.SteadyNow();
  ASSERT_NE(NextBody(), "none");
  clock_.Advance(seconds(9));
  source_->OnLoginAnswer(Answered(200, Grant("token")));
  EXPECT_EQ(source_->State().held_until, began_at + seconds(300));
  EXPECT_EQ(source_->State().expires_at, FakeClock::kStart + seconds(300));
  EXPECT_EQ(source_->NextLoginDue(), began_at + seconds(180));
}

TEST_F(LoginTokenSourceTest, BelievesALifeOfTenSecondsToAnHour) {
  const struct {
    std::string members;
    seconds life;
  } cases[] = {{R"("duration":0)", seconds(10)},      {R"("duration":-1)", seconds(10)},
               {R"("duration":1e12)", seconds(3600)}, {R"("x":1)", seconds(300)},
               {R"("duration":"20")", seconds(300)},  {R"("duration":20)", seconds(20)},
               {R"("duration":null)", seconds(300)},  {R"("duration":-1e300)", seconds(10)},
               {R"("duration":9.99)", seconds(10)},   {R"("duration":3600)", seconds(3600)},
               {R"("duration":3601)", seconds(3600)}, {R"("duration":true)", seconds(300)}};
  for (const auto& c : cases) {
    MakeSource();
    LogInWith(Grant("token", c.members));
    EXPECT_EQ(*source_->State().held_until - clock_.SteadyNow(), c.life) << c.members;
  }
}

TEST_F(LoginTokenSourceTest, HandsATokenOutUntilTheReserveIsLeftAndNoLonger) {
  const struct {
    int life;
    milliseconds usable;
  } cases[] = {{10, milliseconds(7500)}, {20, seconds(15)},   {59, milliseconds(44'250)},
               {61, seconds(46)},        {300, seconds(285)}, {3600, seconds(3585)}};
  for (const auto& c : cases) {
    MakeSource();
    LogInWith(Grant("token", "\"duration\":" + std::to_string(c.life)));
    clock_.Advance(c.usable - Nanoseconds(1));
    EXPECT_EQ(Seen(), "token") << c.life;
    clock_.Advance(Nanoseconds(1));
    EXPECT_EQ(Seen(), "wait") << c.life;
  }
}

TEST_F(LoginTokenSourceTest, TheFormerTokenServesWhileTheNextOneIsAskedFor) {
  const TokenPointer first = LogInWith(Grant("token-1"));
  clock_.Advance(seconds(180));
  ASSERT_NE(NextBody(), "none");
  EXPECT_EQ(Current(), first);
  clock_.Advance(seconds(15));
  source_->OnLoginAnswer(Answered(200, Grant("token-2")));
  EXPECT_EQ(Seen(), "token-2");
}

TEST_F(LoginTokenSourceTest, TheSameTokenIsTheSameObject) {
  const TokenPointer token = LogInWith(Grant("token"));
  clock_.Advance(seconds(100));
  EXPECT_EQ(Current(), token);
}

TEST_F(LoginTokenSourceTest, StepsOfTheWallClockChangeNothing) {
  LogInWith(Grant("token"));
  const SteadyTime due = *source_->NextLoginDue();
  for (const Nanoseconds step : {-hours(24 * 3650), hours(24 * 3650)}) {
    clock_.SetWall(FakeClock::kStart + step);
    EXPECT_EQ(Seen(), "token");
    EXPECT_EQ(source_->NextLoginDue(), due);
    EXPECT_TRUE(source_->State().is_held);
  }
}

TEST_F(LoginTokenSourceTest, ATokenThatComesTooLateIsNotUsedAndThePollsAreToldSo) {
  ASSERT_NE(NextBody(), "none");
  clock_.Advance(seconds(16));
  source_->OnLoginAnswer(Answered(200, Grant("token", R"("duration":20)")));
  const auto token = source_->Current();
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().kind, ErrorKind::kAuth);
  EXPECT_EQ(token.error().message, "the token was granted too late to be used");
  EXPECT_EQ(UntilNextLogin(), seconds(1));
}

TEST_F(LoginTokenSourceTest, TheFirstLoginIsNoRenewalAndTheOthersAre) {
  EXPECT_FALSE(LogIn(Answered(200, Grant("token-1"))).is_renewal);
  clock_.Advance(seconds(180));
  EXPECT_TRUE(LogIn(Answered(200, Grant("token-2"))).is_renewal);
}

TEST_F(LoginTokenSourceTest, TellsOfTheTokenItHolds) {
  EXPECT_FALSE(source_->State().is_held);
  EXPECT_EQ(source_->State().held_until, std::nullopt);
  const TokenPointer token = LogInWith(Grant("token"));
  EXPECT_TRUE(source_->State().is_held);
  clock_.Advance(seconds(299));
  EXPECT_TRUE(source_->State().is_held);
  clock_.Advance(seconds(1));
  EXPECT_FALSE(source_->State().is_held);
}

}  // namespace
}  // namespace cckm
