#include "tests/simulator/tokens.h"

#include <gtest/gtest.h>

#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using std::chrono::seconds;

std::string Bearer(const std::string& token) { return "Bearer " + token; }

TEST(TokensTest, AGrantedTokenIsGoodForItsLifetime) {
  Tokens tokens({});
  const Grant grant = tokens.Open(kStart, Renewable::kYes);
  EXPECT_EQ(grant.duration, seconds(300));
  EXPECT_TRUE(tokens.Check(Bearer(grant.jwt), kStart + seconds(299)));
  const auto bad = tokens.Check(Bearer(grant.jwt), kStart + seconds(350));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message, "Bearer token malformed: Token is expired by 50s");
  EXPECT_TRUE(bad.error().expired);
}

TEST(TokensTest, EveryWrongCredentialIsRefused) {
  TokenSettings settings;
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
    EXPECT_EQ(!tokens.Check(row.authorization, kStart).has_value(), row.refused)
        << row.authorization;
  }
}

TEST(TokensTest, ARefreshTokenGivesANewTokenAndStaysTheSame) {
  Tokens tokens({});
  const Grant first = tokens.Open(kStart, Renewable::kYes);
  const Grant second = tokens.Renew(first.refresh_token, kStart + seconds(10)).value();
  EXPECT_NE(second.jwt, first.jwt);
  EXPECT_EQ(second.refresh_token, first.refresh_token);
  EXPECT_EQ(second.client_id, first.client_id);
  EXPECT_EQ(first.refresh_token_expires_in, seconds(1799));
  EXPECT_EQ(second.refresh_token_expires_in, seconds(1789));
  EXPECT_TRUE(tokens.Check(Bearer(second.jwt), kStart + seconds(309)));
  EXPECT_FALSE(tokens.Renew("guess", kStart));
  EXPECT_FALSE(tokens.Renew("", kStart));
  EXPECT_FALSE(tokens.Renew(first.refresh_token, kStart + seconds(1799)));
}

TEST(TokensTest, ARefreshTokenLivesAsLongAsItWasTold) {
  Tokens tokens({.refresh_token_lifetime = seconds(7), .fixed = {}});
  const Grant grant = tokens.Open(kStart, Renewable::kYes);
  EXPECT_EQ(grant.refresh_token_expires_in, seconds(7));
  EXPECT_TRUE(tokens.Renew(grant.refresh_token, kStart + seconds(6)));
  EXPECT_FALSE(tokens.Renew(grant.refresh_token, kStart + seconds(7)));
}

TEST(TokensTest, WithoutRefreshTokensOnlyAJwtIsGranted) {
  Tokens none({.refresh_tokens = false, .fixed = {}});
  Tokens usual({});
  for (const Grant& grant :
       {none.Open(kStart, Renewable::kYes), usual.Open(kStart, Renewable::kNo)}) {
    EXPECT_EQ(grant.refresh_token, "");
    EXPECT_EQ(std::ranges::count(grant.jwt, '.'), 2);
  }
  EXPECT_FALSE(usual.Renew("", kStart));
}

TEST(TokensTest, ExpireAllForgetsWhatWasGrantedAndKeepsWhatIsFixed) {
  TokenSettings settings;
  settings.fixed = {"alpha"};
  Tokens tokens(settings);
  const Grant grant = tokens.Open(kStart, Renewable::kYes);
  tokens.ExpireAll();
  const auto bad = tokens.Check(Bearer(grant.jwt), kStart);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message, "Invalid token");
  EXPECT_FALSE(bad.error().expired);
  EXPECT_FALSE(tokens.Renew(grant.refresh_token, kStart));
  EXPECT_TRUE(tokens.Check("Bearer alpha", kStart));
}

TEST(TokensTest, ATokenHasTheFormOfAJwt) {
  Tokens tokens({});
  const std::string jwt = tokens.Open(kStart, Renewable::kYes).jwt;
  EXPECT_TRUE(jwt.starts_with("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJsb2NhbHw"));
  EXPECT_EQ(std::ranges::count(jwt, '.'), 2);
  EXPECT_EQ(jwt.find_first_of("=+/"), std::string::npos);
}

}  // namespace
}  // namespace cckm::simulator
