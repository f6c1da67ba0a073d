// The whole exporter with a target that it logs in to itself.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "collectors/session/login_token_source.h"
#include "tests/support/fakes/temporary_folder.h"
#include "tests/unit/exporter/app/harness.h"

namespace cckm {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kGrant = R"({"jwt":"eyJ-canary-token-1","duration":300})";
constexpr std::string_view kRunning =
    R"({"createdAt":"2021-03-03T06:10:52Z","overall_status":"in_progress","domains":["d1"]})";

class LoginTest : public testing::Test {
 protected:
  LoginTest() { Start(); }

  // As the process does at its start; the record of rejected logins stays.
  void Start() {
    harness_.reset();
    backoff_.reset();
    harness_ = std::make_unique<Harness>(Harness::Setup{
        .collectors = {{.family = FindFamily("dsm"), .refresh_ids = {"r1"}}},
        .make_login =
            [this](const Clock& clock, Random& random) {
              backoff_ = std::make_unique<LoginBackoff>(folder_.File("logins"), clock, nullptr);
              return std::make_unique<LoginTokenSource>(
                  LoginPlan{"https://cm", PasswordLogin{.username = "exporter",
                                                        .password_file = password_file_,
                                                        .connection = {},
                                                        .domain = {},
                                                        .auth_domain = {},
                                                        .auth_domain_path = {}}},
                  *backoff_, clock, random);
            },
        .log_file = folder_.File("log").string(),
        .log_level = LogLevel::kDebug});
    harness_->AnswerJson("dsm", "r1", std::string(kRunning));
    harness_->AnswerLogin(JsonAnswer(std::string(kGrant)));
  }

  // The value of the one sample of that name and those labels.
  std::string Value(const std::string& series) {
    const std::string line = harness_->Scrape(series + " ");
    if (line.empty()) return "none";
    return line.substr(series.size() + 1, line.size() - series.size() - 2);
  }
  std::string Errors(const std::string& cloud, const std::string& reason) {
    return Value("cckm_api_errors_total{target=\"cm\",cloud=\"" + cloud + "\",reason=\"" + reason +
                 "\"}");
  }
  std::string Logins(const std::string& code) {
    return Value(R"(cckm_api_requests_total{target="cm",cloud="",endpoint="token",code=")" + code +
                 "\"}");
  }
  std::string Failures() { return Value("cckm_token_renewal_failures_total{target=\"cm\"}"); }
  std::string Renewals() { return Value("cckm_token_renewals_total{target=\"cm\"}"); }
  std::string Authenticated() { return Value("cckm_authenticated{target=\"cm\"}"); }
  std::string Up() { return Value(R"(cckm_up{target="cm",cloud="dsm"})"); }

  TemporaryFolder folder_;
  const std::filesystem::path password_file_ = folder_.Replace("password", "canary-password");
  std::unique_ptr<LoginBackoff> backoff_;
  std::unique_ptr<Harness> harness_;
};

TEST_F(LoginTest, EverythingIsThereAtZeroBeforeTheFirstPoll) {
  EXPECT_EQ(Failures(), "0");
  EXPECT_EQ(Renewals(), "0");
  EXPECT_EQ(Authenticated(), "0");
  EXPECT_EQ(Errors("", "auth"), "0");
  EXPECT_EQ(Value("cckm_token_expiry_timestamp_seconds{target=\"cm\"}"), "none");
}

TEST_F(LoginTest, TheFirstLoginIsNoRenewal) {
  harness_->PollFor(seconds(0));
  EXPECT_EQ(Up(), "1");
  EXPECT_EQ(Authenticated(), "1");
  EXPECT_EQ(Logins("200"), "1");
  EXPECT_EQ(Renewals(), "0");
  EXPECT_EQ(Failures(), "0");
  EXPECT_EQ(Value("cckm_token_expiry_timestamp_seconds{target=\"cm\"}"), "1614752154");
}

TEST_F(LoginTest, RenewalsAreCountedAndMoveTheExpiry) {
  harness_->PollFor(minutes(9));  // at 162 s, 324 s and 486 s
  EXPECT_EQ(Up(), "1");
  EXPECT_EQ(Logins("200"), "4");
  EXPECT_EQ(Renewals(), "3");
  EXPECT_EQ(Failures(), "0");
  EXPECT_TRUE(Value("cckm_token_expiry_timestamp_seconds{target=\"cm\"}").starts_with("161475264"));
}

TEST_F(LoginTest, ARejectedLoginIsOneErrorWithoutACloud) {
  harness_->AnswerLogin(StatusAnswer(401, R"({"codeDesc":"NCERRAuth: bad canary-password"})"));
  harness_->PollFor(minutes(4));
  EXPECT_EQ(Up(), "0");
  EXPECT_EQ(Authenticated(), "0");
  EXPECT_EQ(Logins("401"), "1");
  EXPECT_EQ(Failures(), "1");
  EXPECT_EQ(Errors("", "auth"), "1");
  EXPECT_EQ(Errors("dsm", "auth"), "0");
  EXPECT_EQ(Value(R"(cckm_unanswered_refreshes{target="cm",cloud="dsm"})"), "1");
  EXPECT_EQ(Value("cckm_token_expiry_timestamp_seconds{target=\"cm\"}"), "none");
}

TEST_F(LoginTest, ARejectionOutlivesRestarts) {
  int logins = 0;
  for (int start = 0; start < 20; ++start) {
    Start();
    harness_->AnswerLogin(StatusAnswer(401));
    harness_->PollFor(seconds(20));
    if (Logins("401") == "1") ++logins;
    EXPECT_EQ(Up(), "0");
  }
  EXPECT_EQ(logins, 1);
}

TEST_F(LoginTest, ANewPasswordEndsARejection) {
  harness_->AnswerLogin(StatusAnswer(403));
  harness_->PollFor(minutes(1));
  ASSERT_EQ(Up(), "0");
  harness_->AnswerLogin(JsonAnswer(std::string(kGrant)));
  folder_.Replace("password", "another-canary");
  harness_->PollFor(seconds(30));
  EXPECT_EQ(Up(), "1");
  EXPECT_EQ(Authenticated(), "1");
  EXPECT_EQ(Renewals(), "0");
}

TEST_F(LoginTest, FaultsOfTheApplianceAreCountedByTheirKind) {
  harness_->AnswerLogin(Fail(ErrorKind::kTimeout, "request to cm failed: no answer"));
  harness_->PollFor(seconds(0));
  EXPECT_EQ(Errors("", "timeout"), "1");
  EXPECT_EQ(Logins("none"), "1");
  harness_->AnswerLogin(StatusAnswer(500));
  harness_->PollFor(minutes(2));
  EXPECT_NE(Errors("", "http_status"), "0");
  EXPECT_EQ(Errors("dsm", "timeout"), "0");
  EXPECT_EQ(Errors("dsm", "http_status"), "0");
  harness_->AnswerLogin(JsonAnswer(std::string(kGrant)));
  harness_->PollFor(minutes(2));
  EXPECT_EQ(Up(), "1");
  EXPECT_FALSE(std::filesystem::exists(folder_.File("logins")));
}

TEST_F(LoginTest, ARejectedRefreshTokenThatThePasswordMakesUpForIsNoFailure) {
  harness_->AnswerLogin(
      JsonAnswer(R"({"jwt":"eyJ-canary-token-1","duration":300,"refresh_token":"rt-canary"})"));
  harness_->PollFor(seconds(0));
  harness_->AnswerLogin(StatusAnswer(401));
  harness_->PollFor(minutes(3));  // both ways are rejected: one failure
  EXPECT_EQ(Logins("401"), "2");
  EXPECT_EQ(Errors("", "auth"), "2");
  EXPECT_EQ(Failures(), "1");
  EXPECT_EQ(Up(), "1");
  EXPECT_EQ(Authenticated(), "1");
}

TEST_F(LoginTest, StatusesBecomeUnknownWhileNobodyCanLogIn) {
  harness_->PollFor(seconds(0));
  harness_->AnswerLogin(StatusAnswer(401));
  harness_->Answer("dsm", "r1", StatusAnswer(401));
  harness_->PollFor(minutes(6));
  EXPECT_EQ(
      Value(R"(cckm_refresh_status{target="cm",cloud="dsm",refresh_id="r1",status="unknown"})"),
      "1");
  EXPECT_EQ(Authenticated(), "0");
}

TEST_F(LoginTest, NoSecretIsShownAnywhere) {
  harness_->AnswerJson("dsm", "r1",
                       R"({"createdAt":"2021-03-03T06:10:52Z","overall_status":)"
                       R"("eyJ-canary-token-1","domains":["canary-password"],"detailed_status":)"
                       R"({"canary-password":"eyJ-canary-token-1 x"}})");
  harness_->PollFor(minutes(1));
  std::string shown = harness_->Scrape();
  EXPECT_NE(shown.find("domain_id=\"<secret>\""), std::string::npos);
  for (const long status : {200L, 401L}) {
    harness_->AnswerLogin(StatusAnswer(
        status, R"({"code":1,"codeDesc":"x canary-password y","message":"canary-password"})"));
    harness_->Answer("dsm", "r1",
                     StatusAnswer(status, R"({"code":1,"codeDesc":"Bearer eyJ-canary-token-1"})"));
    harness_->PollFor(minutes(6));
    shown += harness_->Scrape();
    harness_->state().Read([&shown](const StateView& view) {
      for (const TargetState& target : view.targets) {
        for (const CollectorState& collector : target.collectors) {
          if (collector.poll.last_error) shown += collector.poll.last_error->message;
        }
      }
    });
  }
  harness_.reset();
  const std::string log = folder_.Read("log");
  EXPECT_NE(log.find("login"), std::string::npos) << log;
  for (const char* secret : {"canary", "eyJ"}) {
    EXPECT_EQ(shown.find(secret), std::string::npos) << shown.substr(shown.find(secret), 80);
    EXPECT_EQ(log.find(secret), std::string::npos) << log;
  }
}

}  // namespace
}  // namespace cckm
