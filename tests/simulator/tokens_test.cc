#include "tests/simulator/tokens.h"

#include <gtest/gtest.h>

#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using std::chrono::seconds;

TokenSettings Plain() { return {.fixed = {}, .username = {}, .password = {}}; }

std::string Bearer(const std::string& token) { return "Bearer " + token; }

TEST(TokensTest, AGrantedTokenIsGoodForItsLifetime) {
  Tokens tokens(Plain());
  const Grant grant = tokens.LogIn("somebody", "anything", kStart).value();
  EXPECT_EQ(grant.duration, seconds(300));
  EXPECT_EQ(tokens.Refuse(Bearer(grant.jwt), kStart + seconds(299)), std::nullopt);
  EXPECT_EQ(tokens.Refuse(Bearer(grant.jwt), kStart + seconds(350)),
            "Bearer token malformed: Token is expired by 50s");
}

TEST(TokensTest, EveryWrongCredentialIsRefused) {
  TokenSettings settings = Plain();
  settings.fixed = {"alpha", "beta"};
  const Tokens tokens(settings);
  struct Case {
    std::string_view authorization;
    bool refused;
  };
  const Case cases[] = {
      {"Bearer alpha", false}, {"bearer beta", false},
      {"BEARER alpha", false}, {"", true},
      {"alpha", true},         {"Basic alpha", true},
      {"Bearer", true},        {"Bearer ", true},
      {"Bearer alph", true},   {"Bearer alphaa", true},
      {"Bearer  alpha", true}, {"Bearer Alpha", true},
  };
  for (const Case& row : cases) {
    EXPECT_EQ(tokens.Refuse(row.authorization, kStart).has_value(), row.refused)
        << row.authorization;
  }
}

TEST(TokensTest, LoginsAreCheckedAgainstWhatWasConfigured) {
  struct Case {
    std::string_view username;
    std::string_view password;
    bool any_accepts;
    bool strict_accepts;
  };
  const Case cases[] = {{"exporter", "secret", true, true},
                        {"exporter", "wrong", true, false},
                        {"wrong", "secret", true, false},
                        {"", "secret", false, false},
                        {"exporter", "", false, false}};
  TokenSettings settings = Plain();
  Tokens any(settings);
  settings.username = "exporter";
  settings.password = "secret";
  Tokens strict(settings);
  for (const Case& row : cases) {
    EXPECT_EQ(any.LogIn(row.username, row.password, kStart).has_value(), row.any_accepts);
    EXPECT_EQ(strict.LogIn(row.username, row.password, kStart).has_value(), row.strict_accepts);
  }
}

TEST(TokensTest, ARefreshTokenGivesANewTokenAndStaysTheSame) {
  Tokens tokens(Plain());
  const Grant first = tokens.LogIn("a", "b", kStart).value();
  const Grant second = tokens.Renew(first.refresh_token, kStart + seconds(10)).value();
  EXPECT_NE(second.jwt, first.jwt);
  EXPECT_EQ(second.refresh_token, first.refresh_token);
  EXPECT_EQ(second.client_id, first.client_id);
  EXPECT_EQ(first.refresh_token_expires_in, seconds(1799));
  EXPECT_EQ(second.refresh_token_expires_in, seconds(1789));
  EXPECT_FALSE(tokens.Refuse(Bearer(second.jwt), kStart + seconds(309)));
  EXPECT_FALSE(tokens.Renew("guess", kStart));
  EXPECT_FALSE(tokens.Renew("", kStart));
  EXPECT_FALSE(tokens.Renew(first.refresh_token, kStart + seconds(1799)));
}

TEST(TokensTest, ExpireAllForgetsWhatWasGrantedAndKeepsWhatIsFixed) {
  TokenSettings settings = Plain();
  settings.fixed = {"alpha"};
  Tokens tokens(settings);
  const Grant grant = tokens.LogIn("a", "b", kStart).value();
  tokens.ExpireAll();
  EXPECT_EQ(tokens.Refuse(Bearer(grant.jwt), kStart), "Invalid token");
  EXPECT_FALSE(tokens.Renew(grant.refresh_token, kStart));
  EXPECT_FALSE(tokens.Refuse("Bearer alpha", kStart));
}

TEST(TokensTest, ATokenHasTheFormOfAJwt) {
  Tokens tokens(Plain());
  const std::string jwt = tokens.LogIn("a", "b", kStart).value().jwt;
  EXPECT_TRUE(jwt.starts_with("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJsb2NhbHw"));
  EXPECT_EQ(std::ranges::count(jwt, '.'), 2);
  EXPECT_EQ(jwt.find_first_of("=+/"), std::string::npos);
}

}  // namespace
}  // namespace cckm::simulator
