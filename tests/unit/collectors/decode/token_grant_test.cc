// What the answer to a login is believed, and what not.

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "collectors/decode/decoder.h"

namespace cckm {
namespace {

using std::chrono::seconds;

// The answer's other fields, as the appliance sends them.
std::string Grant(const std::string& members) {
  return R"({"client_id":"c","token_type":"Bearer",)" + members + "}";
}

TEST(TokenGrantTest, ReadsEveryPart) {
  Decoder decoder;
  const auto grant =
      decoder.DecodeTokenGrant(Grant(R"("jwt":"eyJ.a.b","duration":300,"refresh_token":"rf~1",)"
                                     R"("refresh_token_expires_in":7200.5)"));
  ASSERT_TRUE(grant) << grant.error().error.message;
  EXPECT_EQ(grant->token.Reveal(), "eyJ.a.b");
  EXPECT_EQ(grant->life, seconds(300));
  EXPECT_EQ(grant->refresh_token.Reveal(), "rf~1");
  EXPECT_EQ(grant->refresh_token_life, std::chrono::milliseconds(7'200'500));
}

TEST(TokenGrantTest, PassesTheLifeOnAsItIs) {
  const struct {
    std::string duration;
    std::optional<Nanoseconds> life;
  } cases[] = {
      {"0", seconds(0)},
      {"-1", seconds(-1)},
      {"20", seconds(20)},
      {"0.5", std::chrono::milliseconds(500)},
      {"1e12", seconds(1'000'000'000)},
      {"-1e300", seconds(-1'000'000'000)},
      {"18446744073709551615", seconds(1'000'000'000)},
      {"-9223372036854775808", seconds(-1'000'000'000)},
      {"\"300\"", std::nullopt},
      {"null", std::nullopt},
      {"true", std::nullopt},
      {"[300]", std::nullopt},
      {"{}", std::nullopt},
  };
  Decoder decoder;
  for (const auto& c : cases) {
    const auto grant = decoder.DecodeTokenGrant(Grant(R"("jwt":"t","duration":)" + c.duration));
    ASSERT_TRUE(grant) << c.duration;
    EXPECT_EQ(grant->life, c.life) << c.duration;
    EXPECT_TRUE(grant->refresh_token.empty());
    EXPECT_EQ(grant->refresh_token_life, std::nullopt);
  }
}

TEST(TokenGrantTest, RefusesATokenThatNoHeaderCouldCarry) {
  const std::string cases[] = {
      R"("jwt":"")",
      R"("jwt":null)",
      R"("jwt":7)",
      R"("jwt":["t"])",
      R"("jwt":{"jwt":"t"})",
      R"("JWT":"t")",
      R"("token":"t")",
      R"("jwt":"canary\r\nX-Injected: 1")",
      R"("jwt":"canary\n")",
      R"("jwt":"canary\u0000")",
      R"("jwt":" canary")",
      R"("jwt":"can ary")",
      R"("jwt":"can\u00e4ry")",
      R"("jwt":"canary)" + std::string(1 << 20, 'x') + "\"",
      R"("jwt":")" + std::string(16 * 1024 + 1, 'x') + "\"",
  };
  Decoder decoder;
  for (const std::string& members : cases) {
    const auto grant = decoder.DecodeTokenGrant(Grant(members));
    ASSERT_FALSE(grant) << members.substr(0, 60);
    EXPECT_EQ(grant.error().error.kind, ErrorKind::kSchema) << members.substr(0, 60);
    EXPECT_EQ(grant.error().error.message, "the answer to the login holds no usable token");
  }
}

TEST(TokenGrantTest, TakesTheLongestToken) {
  const std::string longest(16 * 1024, 'x');
  Decoder decoder;
  const auto grant = decoder.DecodeTokenGrant(Grant(R"("jwt":")" + longest + "\""));
  ASSERT_TRUE(grant);
  EXPECT_EQ(grant->token.Reveal(), longest);
}

TEST(TokenGrantTest, DoesWithoutARefreshTokenThatCannotBeUsed) {
  const std::string cases[] = {"\"\"",        "null",     "5",
                               R"("a\r\nb")", R"("a b")", "\"" + std::string(1 << 20, 'x') + "\""};
  Decoder decoder;
  for (const std::string& refresh_token : cases) {
    const auto grant =
        decoder.DecodeTokenGrant(Grant(R"("jwt":"t","refresh_token":)" + refresh_token));
    ASSERT_TRUE(grant) << refresh_token.substr(0, 20);
    EXPECT_TRUE(grant->refresh_token.empty()) << refresh_token.substr(0, 20);
  }
}

TEST(TokenGrantTest, RefusesBodiesThatAreNoGrant) {
  const struct {
    std::string body;
    ErrorKind kind;
  } cases[] = {
      {"", ErrorKind::kJson},
      {"eyJ.a.b", ErrorKind::kJson},
      {"{\"jwt\":\"t\"", ErrorKind::kJson},
      {"{\"jwt\":\"t\"}{}", ErrorKind::kJson},
      {"<html>login</html>", ErrorKind::kJson},
      {"[]", ErrorKind::kSchema},
      {"\"eyJ.a.b\"", ErrorKind::kSchema},
      {"{}", ErrorKind::kSchema},
      {R"({"jwt":"a","jwt":"b"})", ErrorKind::kSchema},
      {R"({"jwt":"a","duration":1,"duration":2})", ErrorKind::kSchema},
      {R"({"jwt":"a","codeDesc":"NCERRUnauthorizedAccess: no"})", ErrorKind::kAuth},
      {R"({"jwt":"a","codeDesc":"NCERRForbidden: no"})", ErrorKind::kForbidden},
      {R"({"jwt":"a","codeDesc":"other"})", ErrorKind::kSchema},
  };
  Decoder decoder;
  for (const auto& c : cases) {
    const auto grant = decoder.DecodeTokenGrant(c.body);
    ASSERT_FALSE(grant) << c.body;
    EXPECT_EQ(grant.error().error.kind, c.kind) << c.body;
    EXPECT_EQ(grant.error().error.message.find("eyJ"), std::string::npos) << c.body;
  }
}

}  // namespace
}  // namespace cckm
