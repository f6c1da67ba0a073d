#include "collectors/session/login_token_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "collectors/base/rfc3339.h"
#include "tests/collectors/temporary_folder.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_http_client.h"
#include "tests/fakes/fakes.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using TokenPointer = std::shared_ptr<const Secret>;

constexpr std::string_view kPassword = "canary-password-7";

// The same numbers in every run.
class SeededRandom final : public Random {
 public:
  double Uniform() override { return std::generate_canonical<double, 53>(engine_); }

 private:
  std::mt19937_64 engine_{7};
};

std::string Grant(const std::string& token, const std::string& more = R"("duration":300)") {
  return R"({"jwt":")" + token + "\"," + more + "}";
}

std::string GrantWithRefresh(const std::string& token, const std::string& refresh_token) {
  return Grant(token, R"("duration":300,"refresh_token":")" + refresh_token + "\"");
}

HttpResponse Answered(long status, std::string body) {
  return {.tag = 0, .answer = StatusAnswer(status, std::move(body))};
}

class LoginTokenSourceTest : public testing::Test {
 protected:
  LoginTokenSourceTest() { MakeSource(); }

  LoginPlan PlanWithPassword() const {
    return {"https://cm", PasswordLogin{.username = "exporter",
                                        .password_file = folder_.File("password"),
                                        .connection = {},
                                        .domain = {},
                                        .auth_domain = {},
                                        .auth_domain_path = {}}};
  }
  std::unique_ptr<LoginTokenSource> MakeWith(LoginPlan plan) {
    return std::make_unique<LoginTokenSource>(std::move(plan), latch_, clock_, random_);
  }
  void MakeSource() {
    source_.reset();
    source_ = MakeWith(PlanWithPassword());
  }

  // Body of the login to be sent now; "none", or why it cannot be sent.
  static std::string NextBody(LoginTokenSource& source) {
    const auto login = source.NextLogin();
    if (!login) return "none";
    if (!*login) return "error: " + login->error().message;
    EXPECT_EQ((*login)->path, "/api/v1/auth/tokens");
    EXPECT_EQ((*login)->bearer_token, nullptr);
    return std::string((*login)->body->Reveal());
  }
  std::string NextBody() { return NextBody(*source_); }

  LoginOutcome LogIn(HttpResponse answer) {
    EXPECT_TRUE(NextBody().starts_with('{'));
    return source_->OnLoginAnswer(answer);
  }
  // Logs in and returns the token.
  TokenPointer LogInWith(const std::string& grant) {
    const LoginOutcome outcome = LogIn(Answered(200, grant));
    EXPECT_FALSE(outcome.error) << outcome.error->message;
    return Current();
  }

  TokenPointer Current() {
    const auto token = source_->Current();
    return token ? *token : nullptr;
  }
  // What a poll sees: the token, "wait", or the reason why there is none.
  std::string Seen() {
    const auto token = source_->Current();
    if (!token)
      return std::string(ErrorKindName(token.error().kind)) + ": " + token.error().message;
    return *token == nullptr ? "wait" : std::string((*token)->Reveal());
  }
  Nanoseconds UntilNextLogin() const { return *source_->NextLoginDue() - clock_.SteadyNow(); }

  TemporaryFolder folder_;
  const std::filesystem::path password_file_ = folder_.Replace("password", kPassword);
  FakeClock clock_;
  FakeRandom random_{0.5};
  LoginLatch latch_{folder_.File("logins"), clock_, nullptr};
  std::unique_ptr<LoginTokenSource> source_;
};

// ---- What is sent ----

TEST_F(LoginTokenSourceTest, SendsThePasswordAndWhatIsConfiguredBesides) {
  folder_.Replace("password", "p\"w\\d$\xC3\xA4\n");
  const auto source = MakeWith({"https://cm", PasswordLogin{.username = "ex\"porter",
                                                            .password_file = password_file_,
                                                            .connection = "ldap",
                                                            .domain = "eu",
                                                            .auth_domain = "root",
                                                            .auth_domain_path = "/root/eu"}});
  EXPECT_EQ(NextBody(*source),
            "{\"grant_type\":\"password\",\"username\":\"ex\\\"porter\","
            "\"password\":\"p\\\"w\\\\d$\xC3\xA4\",\"connection\":\"ldap\",\"domain\":\"eu\","
            "\"auth_domain\":\"root\",\"auth_domain_path\":\"/root/eu\"}");
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
    LoginTokenSource source(PlanWithPassword(), latch_, clock_, random);
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
    LoginTokenSource source(PlanWithPassword(), latch_, clock_, random);
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

// ---- Logins that fail ----

TEST_F(LoginTokenSourceTest, FaultsAreTriedAgainAfterOneSecondToAMinuteAndNeverLatch) {
  std::vector<HttpResponse> faults;
  for (const long status : {429L, 500L, 502L, 503L, 504L, 301L, 302L, 100L}) {
    faults.push_back(Answered(status, R"({"codeDesc":"NCERRUnauthorizedAccess"})"));
  }
  for (const ErrorKind kind : {ErrorKind::kDns, ErrorKind::kConnect, ErrorKind::kReset,
                               ErrorKind::kTimeout, ErrorKind::kTls, ErrorKind::kTooLarge}) {
    faults.push_back({.tag = 0, .answer = Fail(kind, "request to cm failed: because")});
  }
  for (const HttpResponse& fault : faults) {
    MakeSource();
    for (int attempt = 0; attempt < 20; ++attempt) {
      const LoginOutcome outcome = LogIn(fault);
      ASSERT_TRUE(outcome.error);
      EXPECT_TRUE(outcome.was_last_way);
      ASSERT_TRUE(outcome.error->message.starts_with("the login failed: "))
          << outcome.error->message;
      EXPECT_EQ(Seen(),
                std::string(ErrorKindName(outcome.error->kind)) + ": " + outcome.error->message);
      ASSERT_GE(UntilNextLogin(), seconds(1));
      ASSERT_LE(UntilNextLogin(), seconds(60));
      clock_.Advance(UntilNextLogin());
    }
    EXPECT_EQ(LoginTokenSourceTest::LogIn(Answered(200, Grant("token"))).error, std::nullopt);
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.File("logins")));
}

TEST_F(LoginTokenSourceTest, ASuccessBeginsTheBackOffAnew) {
  for (int i = 0; i < 10; ++i) {
    LogIn(Answered(500, "{}"));
    clock_.Advance(UntilNextLogin());
  }
  LogInWith(Grant("token"));
  clock_.Advance(UntilNextLogin());
  LogIn(Answered(500, "{}"));
  EXPECT_LE(UntilNextLogin(), seconds(2));
}

TEST_F(LoginTokenSourceTest, AFailedRenewalTakesNothingAway) {
  const TokenPointer token = LogInWith(Grant("token"));
  clock_.Advance(seconds(180));
  for (const long status : {500L, 401L}) {
    LogIn(Answered(status, "{}"));
    EXPECT_EQ(Current(), token);
    EXPECT_TRUE(source_->State().is_held);
    clock_.Advance(UntilNextLogin());
  }
  clock_.Advance(seconds(120));
  EXPECT_EQ(NextBody(), "none");
  EXPECT_TRUE(Seen().starts_with("auth: the login was rejected, ")) << Seen();
}

TEST_F(LoginTokenSourceTest, AnswersWithoutAUsableTokenAreSchemaErrorsAndNeverLatch) {
  const std::string bodies[] = {
      "{}",
      R"({"jwt":""})",
      R"({"jwt":null})",
      R"({"jwt":42})",
      R"({"jwt":")" + std::string(1 << 20, 'x') + "\"}",
      R"({"jwt":"canary-token\r\nX-Injected: 1"})",
  };
  for (const std::string& body : bodies) {
    MakeSource();
    const LoginOutcome outcome = LogIn(Answered(200, body));
    ASSERT_TRUE(outcome.error) << body.substr(0, 40);
    EXPECT_EQ(outcome.error->kind, ErrorKind::kSchema) << body.substr(0, 40);
    EXPECT_EQ(outcome.error->message.find("canary"), std::string::npos);
    EXPECT_GE(UntilNextLogin(), seconds(1));
    EXPECT_LE(UntilNextLogin(), seconds(60));
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.File("logins")));
}

TEST_F(LoginTokenSourceTest, AnswersThatAreNoJsonAreTold) {
  HttpResponse page = Answered(200, "<html>canary</html>");
  page.answer->content_type = "text/html";
  EXPECT_EQ(LogIn(page).error->kind, ErrorKind::kContentType);
  MakeSource();
  EXPECT_EQ(LogIn(Answered(200, "<html>canary</html>")).error->kind, ErrorKind::kJson);
}

TEST_F(LoginTokenSourceTest, EveryOther4xxIsARejectionThatHolds) {
  for (const long status : {400L, 401L, 403L, 404L, 408L, 422L, 423L, 499L}) {
    latch_.Lift();
    MakeSource();
    const LoginOutcome outcome = LogIn(Answered(status, R"({"codeDesc":"NCERRAuth: locked"})"));
    ASSERT_TRUE(outcome.error);
    EXPECT_TRUE(outcome.was_last_way);
    const std::string& message = outcome.error->message;
    EXPECT_TRUE(
        message.starts_with("the login was rejected, answered HTTP " + std::to_string(status)))
        << message;
    EXPECT_NE(message.find("(NCERRAuth: locked); next attempt at " +
                           FormatRfc3339(clock_.Now() + minutes(5)) +
                           ", or when the credential file changes, or on SIGHUP"),
              std::string::npos)
        << message;
    EXPECT_EQ(Seen().find(message), Seen().size() - message.size());
    for (int second = 0; second < 299; ++second) {
      clock_.Advance(seconds(1));
      ASSERT_EQ(NextBody(), "none") << status << " after " << second;
    }
    clock_.Advance(seconds(1));
    EXPECT_NE(NextBody(), "none");
  }
}

TEST_F(LoginTokenSourceTest, AChangedPasswordIsTriedWithinASecond) {
  LogIn(Answered(401, "{}"));
  folder_.Replace("password", "right-canary");
  clock_.Advance(seconds(1));
  EXPECT_NE(NextBody().find("right-canary"), std::string::npos);
}

TEST_F(LoginTokenSourceTest, ALiftedLatchIsNoticedWithinASecond) {
  LogIn(Answered(401, "{}"));
  latch_.Lift();
  clock_.Advance(seconds(1));
  EXPECT_NE(NextBody(), "none");
}

TEST_F(LoginTokenSourceTest, ARejectionOfAnEarlierProcessIsTold) {
  LogIn(Answered(401, "{}"));
  LoginLatch restarted(folder_.File("logins"), clock_, nullptr);
  LoginTokenSource source(PlanWithPassword(), restarted, clock_, random_);
  EXPECT_EQ(NextBody(source), "none");
  const auto token = source.Current();
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().kind, ErrorKind::kAuth);
  EXPECT_EQ(token.error().message, "the login was rejected, earlier; next attempt at " +
                                       FormatRfc3339(clock_.Now() + minutes(5)) +
                                       ", or when the credential file changes, or on SIGHUP");
}

TEST_F(LoginTokenSourceTest, ARejectionIsStillToldAfterTheTokenWasRefusedToo) {
  const TokenPointer token = LogInWith(Grant("token"));
  clock_.Advance(seconds(180));
  LogIn(Answered(401, "{}"));
  clock_.Advance(seconds(1));
  EXPECT_TRUE(source_->Refused(token, false));
  EXPECT_EQ(NextBody(), "none");
  EXPECT_TRUE(Seen().starts_with("auth: the login was rejected, earlier; next attempt at "))
      << Seen();
}

TEST_F(LoginTokenSourceTest, AnUnreadablePasswordIsToldOnceAndRepairedWithinASecond) {
  std::filesystem::remove(password_file_);
  const std::string objection = "error: the secret file " + password_file_.string();
  EXPECT_TRUE(NextBody().starts_with(objection + " cannot be opened"));
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(seconds(1));
    EXPECT_EQ(NextBody(), "none");
    EXPECT_TRUE(Seen().starts_with("auth: the secret file ")) << Seen();
  }
  folder_.Replace("password", kPassword, 0644);
  clock_.Advance(seconds(1));
  EXPECT_TRUE(NextBody().starts_with(objection + " is open to everybody"));
  folder_.Replace("password", "canary\ncanary");
  clock_.Advance(seconds(1));
  EXPECT_TRUE(NextBody().starts_with(objection + " holds a line break"));
  folder_.Replace("password", "");
  clock_.Advance(seconds(1));
  EXPECT_TRUE(NextBody().starts_with(objection + " is empty"));
  folder_.Replace("password", kPassword);
  clock_.Advance(milliseconds(999));
  EXPECT_EQ(NextBody(), "none");
  clock_.Advance(milliseconds(1));
  EXPECT_NE(NextBody().find(kPassword), std::string::npos);
}

TEST_F(LoginTokenSourceTest, AnUnreadablePasswordKeepsTheTokenInUseAndHoldsNobodyUp) {
  LogInWith(Grant("token"));
  std::filesystem::remove(password_file_);
  ASSERT_EQ(::mkfifo(password_file_.c_str(), 0600), 0);
  clock_.Advance(seconds(180));
  EXPECT_TRUE(NextBody().ends_with(" is not a regular file"));
  EXPECT_EQ(Seen(), "token");
  const auto other = MakeWith(PlanWithPassword());
  EXPECT_TRUE(NextBody(*other).ends_with(" is not a regular file"));
}

// ---- Two sources ----

TEST_F(LoginTokenSourceTest, SourcesThatShareAnAccountLogInOneAfterTheOther) {
  const auto other = MakeWith(PlanWithPassword());
  ASSERT_NE(NextBody(), "none");
  EXPECT_EQ(NextBody(*other), "none");
  const auto waiting = other->Current();
  ASSERT_TRUE(waiting);
  EXPECT_EQ(*waiting, nullptr);
  clock_.Advance(milliseconds(50));
  EXPECT_EQ(NextBody(*other), "none");
  EXPECT_EQ(*other->NextLoginDue(), clock_.SteadyNow() + milliseconds(50));
  source_->OnLoginAnswer(Answered(200, Grant("token")));
  clock_.Advance(milliseconds(50));
  EXPECT_NE(NextBody(*other), "none");
}

TEST_F(LoginTokenSourceTest, SourcesThatShareAnAccountShareItsRejection) {
  const auto other = MakeWith(PlanWithPassword());
  LogIn(Answered(401, "{}"));
  EXPECT_EQ(NextBody(*other), "none");
  const auto token = other->Current();
  ASSERT_FALSE(token);
  EXPECT_TRUE(token.error().message.starts_with("the login was rejected, earlier"));
}

TEST_F(LoginTokenSourceTest, AnotherPlaceIsAnotherAccount) {
  LogIn(Answered(401, "{}"));
  const auto with = [this](auto change) {
    LoginPlan plan = PlanWithPassword();
    change(plan, std::get<PasswordLogin>(plan.way));
    return NextBody(*MakeWith(std::move(plan)));
  };
  EXPECT_NE(with([](LoginPlan& plan, PasswordLogin&) { plan.appliance = "https://b"; }), "none");
  EXPECT_NE(with([](LoginPlan&, PasswordLogin& way) { way.username = "other"; }), "none");
  EXPECT_NE(with([](LoginPlan&, PasswordLogin& way) { way.connection = "ldap"; }), "none");
  EXPECT_NE(with([](LoginPlan&, PasswordLogin& way) { way.auth_domain = "eu"; }), "none");
  EXPECT_NE(with([](LoginPlan&, PasswordLogin& way) { way.auth_domain_path = "eu"; }), "none");
  EXPECT_EQ(with([](LoginPlan&, PasswordLogin& way) { way.domain = "eu"; }), "none");
}

TEST_F(LoginTokenSourceTest, DestroyedWithALoginUnderWayItLeavesTheAccountToOthers) {
  ASSERT_NE(NextBody(), "none");
  MakeSource();
  EXPECT_NE(NextBody(), "none");
}

TEST_F(LoginTokenSourceTest, DestroyedWithARefreshUnderWayItTakesNobodysTurnAway) {
  auto refreshing = MakeWith(PlanWithPassword());
  NextBody(*refreshing);
  refreshing->OnLoginAnswer(Answered(200, GrantWithRefresh("token", "refresh")));
  clock_.Advance(seconds(180));
  ASSERT_NE(NextBody(*refreshing).find("refresh"), std::string::npos);
  ASSERT_NE(NextBody(), "none");
  refreshing.reset();
  const auto third = MakeWith(PlanWithPassword());
  EXPECT_EQ(NextBody(*third), "none");
}

// ---- Secrets ----

TEST_F(LoginTokenSourceTest, HidesEverySecretItHasSentOrGot) {
  LogInWith(GrantWithRefresh("first-token-of-all", "refresh-token-1"));
  source_->Refused(Current(), false);
  LogInWith(GrantWithRefresh("second-token-of-all", "refresh-token-2"));
  std::string text =
      "a canary-password-7 b first-token-of-all c second-token-of-all d "
      "refresh-token-2 e exporter";
  source_->Hide(text);
  EXPECT_EQ(text, "a <secret> b <secret> c <secret> d <secret> e exporter");
  text = "canary-passw first-token- second-token refresh-toke";
  source_->Hide(text);
  EXPECT_EQ(text, "<secret> <secret> <secret> <secret>");
}

TEST_F(LoginTokenSourceTest, HidesTheTokenThatARenewalReplaced) {
  LogInWith(Grant("first-token-of-all"));
  clock_.Advance(seconds(180));
  LogInWith(Grant("second-token-of-all"));
  std::string text = "first-token-of-all";
  source_->Hide(text);
  EXPECT_EQ(text, "<secret>");
}

TEST_F(LoginTokenSourceTest, NoFailedLoginShowsWhatTheApplianceSentBack) {
  const std::string passwords[] = {std::string(kPassword), "canary \"quoted\" \\ word",
                                   "p\xC3\xA4ssw\xC3\xB6rt-can\xC3\xA4ry", "canary\ttab"};
  for (const std::string& password : passwords) {
    folder_.Replace("password", password);
    std::string quoted;
    for (const char c : password) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c == '\t' ? "\\t" : std::string(1, c);
    }
    const std::string said = R"({"code":7,"codeDesc":"no: )" + quoted + R"(","message":")" + quoted;
    for (const long status : {200L, 400L, 401L, 429L, 500L}) {
      for (const std::string& body :
           {said + "\"}", R"({")" + quoted + R"(":1,")" + quoted + R"(":2})"}) {
        latch_.Lift();
        MakeSource();
        const LoginOutcome outcome = LogIn(Answered(status, body));
        ASSERT_TRUE(outcome.error);
        EXPECT_EQ(outcome.error->message.find("can"), std::string::npos)
            << status << ' ' << outcome.error->message;
        EXPECT_EQ(outcome.error->message.find("ssw"), std::string::npos)
            << status << ' ' << outcome.error->message;
        EXPECT_EQ(Seen().find(password), std::string::npos);
      }
    }
  }
}

}  // namespace
}  // namespace cckm
