// A LoginTokenSource whose logins fail, that shares its account, or that holds secrets.

#include "tests/unit/collectors/session/login_token_source_fixture.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// ---- Logins that fail ----

TEST_F(LoginTokenSourceTest, FaultsAreTriedAgainAfterOneSecondToAMinuteAndNeverLatch) {
  std::vector<HttpResult> faults;
  for (const long status : {429L, 500L, 502L, 503L, 504L, 301L, 302L, 100L}) {
    faults.push_back(Answered(status, R"({"codeDesc":"NCERRUnauthorizedAccess"})"));
  }
  for (const ErrorKind kind : {ErrorKind::kDns, ErrorKind::kConnect, ErrorKind::kReset,
                               ErrorKind::kTimeout, ErrorKind::kTls, ErrorKind::kTooLarge}) {
    faults.push_back({.tag = 0, .answer = Fail(kind, "request to cm failed: because")});
  }
  for (const HttpResult& fault : faults) {
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
  HttpResult page = Answered(200, "<html>canary</html>");
  page.answer->content_type = "text/html";
  EXPECT_EQ(LogIn(page).error->kind, ErrorKind::kContentType);
  MakeSource();
  EXPECT_EQ(LogIn(Answered(200, "<html>canary</html>")).error->kind, ErrorKind::kJson);
}

TEST_F(LoginTokenSourceTest, EveryOther4xxIsARejectionThatHolds) {
  for (const long status : {400L, 401L, 403L, 404L, 408L, 422L, 423L, 499L}) {
    backoff_.Reset();
    MakeSource();
    const LoginOutcome outcome = LogIn(Answered(status, R"({"codeDesc":"NCERRAuth: locked"})"));
    ASSERT_TRUE(outcome.error);
    EXPECT_TRUE(outcome.was_last_way);
    EXPECT_EQ(outcome.error->kind, ErrorKind::kAuth) << status;
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
  backoff_.Reset();
  clock_.Advance(seconds(1));
  EXPECT_NE(NextBody(), "none");
}

TEST_F(LoginTokenSourceTest, ARejectionOfAnEarlierProcessIsTold) {
  LogIn(Answered(401, "{}"));
  LoginBackoff restarted(folder_.File("logins"), clock_, nullptr);
  LoginTokenSource source(PlanWithPassword(), restarted, clock_, random_);
  EXPECT_EQ(NextBody(source), "none");
  const auto token = source.Current();
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().kind, ErrorKind::kAuth);
  EXPECT_EQ(token.error().message, "the login was rejected, earlier; next attempt at " +
                                       FormatRfc3339(clock_.Now() + minutes(5)) +
                                       ", or when the credential file changes, or on SIGHUP");
}

TEST_F(LoginTokenSourceTest, ARejectionNamesTheDomainThatTheLoginWasToInAllDomainsOfTheAccount) {
  LoginPlan plan = PlanWithPassword();
  std::get<PasswordLogin>(plan.way).domain = "finanze";
  const auto wrong = MakeWith(plan);
  EXPECT_TRUE(NextBody(*wrong).starts_with('{'));
  const LoginOutcome outcome = wrong->OnLoginAnswer(Answered(401, "{}"));
  const std::string end = ", in the domain finanze; next attempt at ";
  EXPECT_NE(outcome.error.value().message.find(end), std::string::npos) << outcome.error->message;

  std::get<PasswordLogin>(plan.way).domain = "root";
  const auto sibling = MakeWith(plan);
  EXPECT_EQ(NextBody(*sibling), "none");
  EXPECT_TRUE(
      sibling->Current().error().message.starts_with("the login was rejected, earlier" + end))
      << sibling->Current().error().message;
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

TEST_F(LoginTokenSourceTest, AnUnreadablePasswordKeepsTheFormerOneInUseAndHoldsNobodyUp) {
  LogInWith(Grant("token"));
  std::filesystem::remove(password_file_);
  ASSERT_EQ(::mkfifo(password_file_.c_str(), 0600), 0);
  clock_.Advance(seconds(180));
  EXPECT_NE(NextBody().find(kPassword), std::string::npos);
  source_->OnLoginAnswer(Answered(401, ""));
  EXPECT_EQ(Seen(), "token");
  clock_.Advance(seconds(600));
  EXPECT_TRUE(NextBody().ends_with(" is not a regular file"));
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

TEST_F(LoginTokenSourceTest, AnAccountIsTheSameHoweverTheUrlOfItsApplianceIsSpelled) {
  std::vector<std::unique_ptr<LoginTokenSource>> sources;
  for (const char* spelling :
       {"https://cm.example.com", "https://CM.example.com", "https://cm.example.com:443",
        "https://cm.example.com.", "https://cm.example.com/"}) {
    LoginPlan plan = PlanWithPassword();
    plan.appliance = spelling;
    sources.push_back(MakeWith(std::move(plan)));
  }
  EXPECT_NE(NextBody(*sources.front()).find(kPassword), std::string::npos);
  for (std::size_t i = 1; i < sources.size(); ++i) EXPECT_EQ(NextBody(*sources[i]), "none") << i;
  sources.front()->OnLoginAnswer(Answered(401, ""));
  clock_.Advance(seconds(5));
  for (std::size_t i = 0; i < sources.size(); ++i) EXPECT_EQ(NextBody(*sources[i]), "none") << i;
}

TEST_F(LoginTokenSourceTest, ACorrectedLoginInAnotherFileIsTriedAtOnce) {
  folder_.Replace("password", "wrong-canary");
  EXPECT_TRUE(LogIn(Answered(401, "")).error);
  LoginPlan plan = PlanWithPassword();
  std::get<PasswordLogin>(plan.way).password_file = folder_.Replace("right", kPassword);
  const auto corrected = MakeWith(std::move(plan));
  EXPECT_NE(NextBody(*corrected).find(kPassword), std::string::npos);
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
  source_->Redact(text);
  EXPECT_EQ(text, "a <secret> b <secret> c <secret> d <secret> e exporter");
  text = "canary-passw first-token- second-token refresh-toke";
  source_->Redact(text);
  EXPECT_EQ(text, "<secret> <secret> <secret> <secret>");
}

TEST_F(LoginTokenSourceTest, HidesTheTokenThatARenewalReplaced) {
  LogInWith(Grant("first-token-of-all"));
  clock_.Advance(seconds(180));
  LogInWith(Grant("second-token-of-all"));
  std::string text = "first-token-of-all";
  source_->Redact(text);
  EXPECT_EQ(text, "<secret>");
}

TEST_F(LoginTokenSourceTest, NoFailedLoginShowsWhatTheApplianceSentBack) {
  const std::string passwords[] = {std::string(kPassword), "canary \"quoted\" \\ word",
                                   "p\xC3\xA4ssw\xC3\xB6rt-can\xC3\xA4ry"};
  for (const std::string& password : passwords) {
    folder_.Replace("password", password);
    std::string quoted;
    for (const char c : password) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    const std::string said = R"({"code":7,"codeDesc":"no: )" + quoted + R"(","message":")" + quoted;
    for (const long status : {200L, 400L, 401L, 429L, 500L}) {
      for (const std::string& body :
           {said + "\"}", R"({")" + quoted + R"(":1,")" + quoted + R"(":2})"}) {
        backoff_.Reset();
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
