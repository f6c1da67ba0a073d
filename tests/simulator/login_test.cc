#include "tests/simulator/login.h"

#include <gtest/gtest.h>

#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kRight = R"({"username":"u","password":"right"})";
constexpr std::string_view kWrong = R"({"username":"u","password":"wrong"})";
constexpr std::string_view kClient = R"({"grant_type":"client_credential","client_id":"c"})";

AccountSettings OnlyRight(unsigned lock_after = 0) {
  return {.username = {}, .password = "right", .client_id = "c", .lock_after = lock_after};
}

Response LogInOverTls(TestAppliance& appliance, std::string_view body) {
  return appliance.api.Handle({.method = "POST",
                               .path = kTokens,
                               .query = {},
                               .authorization = {},
                               .body = body,
                               .client_certificate = true},
                              kStart);
}

std::string MessageOf(const Response& response) {
  return Json::parse(response.body).value("message", "");
}

TEST(LoginTest, ThePathMayEndInASlashAndInNothingElse) {
  EXPECT_TRUE(IsLoginPath(kTokens));
  EXPECT_TRUE(IsLoginPath("/api/v1/auth/tokens/"));
  for (const std::string_view other : {"/api/v1/auth/token", "/api/v1/auth/tokens/x", "/"}) {
    EXPECT_FALSE(IsLoginPath(other)) << other;
  }
}

TEST(LoginTest, AClientCertificateGivesATokenWithoutARefreshToken) {
  TestAppliance appliance(OnlyRight());
  const Response granted = LogInOverTls(appliance, kClient);
  ASSERT_EQ(granted.status, 200) << granted.body;
  const Json grant = Json::parse(granted.body);
  EXPECT_EQ(grant["duration"], 300);
  EXPECT_FALSE(grant.contains("refresh_token"));
  EXPECT_FALSE(grant.contains("refresh_token_expires_in"));
  const std::string bearer = "Bearer " + std::string(grant["jwt"]);
  EXPECT_TRUE(appliance.tokens.Check(bearer, kStart));
  for (const std::string_view other : {R"({"grant_type":"client_credential","client_id":"d"})",
                                       R"({"grant_type":"client_credential"})"}) {
    const Response refused = LogInOverTls(appliance, other);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(MessageOf(refused), "Invalid Client");
  }
  EXPECT_EQ(appliance.Send("POST", kTokens, "", kClient).status, 400);
  EXPECT_EQ(
      LogInOverTls(appliance, R"({"grant_type":"client_credentials","client_id":"c"})").status,
      400);
}

TEST(LoginTest, ALockedAccountRefusesEveryLoginUntilItIsUnlocked) {
  TestAppliance appliance(OnlyRight(2));
  const Json grant = BodyOf(appliance.Send("POST", kTokens, "", kRight));
  const std::string renewal = R"({"grant_type":"refresh_token","refresh_token":")" +
                              std::string(grant["refresh_token"]) + R"("})";
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Response refused = appliance.Send("POST", kTokens, "", kWrong);
    EXPECT_EQ(MessageOf(refused), "Wrong username or password.");
  }
  for (const std::string_view body : {kRight, kWrong, kClient, std::string_view(renewal)}) {
    const Response refused = LogInOverTls(appliance, body);
    EXPECT_EQ(refused.status, 401) << body;
    EXPECT_EQ(Json::parse(refused.body)["codeDesc"], "NCERRUnauthorizedAccess");
    EXPECT_EQ(MessageOf(refused), "The user account is locked.");
  }
  appliance.accounts.Unlock();
  EXPECT_EQ(appliance.Send("POST", kTokens, "", kRight).status, 200);
}

TEST(LoginTest, WithoutRefreshTokensNeitherOfTheirFieldsIsThere) {
  TestAppliance appliance(AccountSettings{}, {.refresh_tokens = false, .fixed = {}});
  const Json grant = BodyOf(appliance.Send("POST", kTokens, "", kRight));
  EXPECT_EQ(grant["duration"], 300);
  EXPECT_EQ(grant.size(), 4U);
  EXPECT_EQ(
      appliance.Send("POST", kTokens, "", R"({"grant_type":"refresh_token","refresh_token":""})")
          .status,
      401);
}

}  // namespace
}  // namespace cckm::simulator
