// A LoginTokenSource on a fake clock, and the appliance's answers to its logins.

#pragma once

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
#include "collectors/session/login_token_source.h"
#include "tests/support/fakes/fake_clock.h"
#include "tests/support/fakes/fake_http_client.h"
#include "tests/support/fakes/fakes.h"
#include "tests/support/fakes/temporary_folder.h"

namespace cckm {

using TokenPointer = std::shared_ptr<const Secret>;

inline constexpr std::string_view kPassword = "canary-password-7";

// The same numbers in every run.
class SeededRandom final : public Random {
 public:
  double Uniform() override { return std::generate_canonical<double, 53>(engine_); }

 private:
  std::mt19937_64 engine_{7};
};

inline std::string Grant(const std::string& token, const std::string& more = R"("duration":300)") {
  return R"({"jwt":")" + token + "\"," + more + "}";
}

inline std::string GrantWithRefresh(const std::string& token, const std::string& refresh_token) {
  return Grant(token, R"("duration":300,"refresh_token":")" + refresh_token + "\"");
}

inline HttpResult Answered(long status, std::string body) {
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
    return std::make_unique<LoginTokenSource>(std::move(plan), backoff_, clock_, random_);
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

  LoginOutcome LogIn(HttpResult answer) {
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
  LoginBackoff backoff_{folder_.File("logins"), clock_, nullptr};
  std::unique_ptr<LoginTokenSource> source_;
};

}  // namespace cckm
