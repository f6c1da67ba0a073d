#include "tests/system/hostile/upstream.h"

#include <gmock/gmock.h>

#include "tests/support/fakes/leak.h"
#include "tests/support/fakes/raw_client.h"
#include "tests/support/processes/eventually.h"
#include "tests/system/hostile/scripts.h"
#include "tests/system/hostile/shown.h"

namespace cckm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kGet = "GET /api/v1/cckm/dsm/refresh/r7 HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr const char* kGetWithToken =
    "GET /api/v1/cckm/dsm/refresh/r7 HTTP/1.1\r\nAuthorization: Bearer t\r\n\r\n";
constexpr const char* kLogin = "POST /api/v1/auth/tokens HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody";

class UpstreamTest : public testing::Test {
 protected:
  Identities identities_;
};

TEST_F(UpstreamTest, AnHonestOneTellsOfARefreshOnlyWhoeverShowsAToken) {
  Upstream upstream({.token = "t"}, identities_);
  RawClient client(upstream.port());
  EXPECT_EQ(client.Request(kGet).status, 401);
  const RawAnswer answer = client.Request(kGetWithToken);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("id": "r7")"));
  upstream.appliance().RevokeTokens();
  EXPECT_EQ(client.Request(kGetWithToken).status, 401);
}

TEST_F(UpstreamTest, GrantsATokenThatItTakes) {
  Upstream upstream({.token = "t"}, identities_);
  RawClient client(upstream.port());
  EXPECT_THAT(client.Request(kLogin).body, HasSubstr(R"("jwt":"t.1")"));
  EXPECT_TRUE(upstream.appliance().Takes({"GET / HTTP/1.1\r\nAuthorization: Bearer t.1\r\n", {}}));
  EXPECT_FALSE(upstream.appliance().Takes({"GET / HTTP/1.1\r\nAuthorization: Bearer t.2\r\n", {}}));
}

TEST_F(UpstreamTest, TheJournalHoldsLoginsWithTheirBodiesApartFromPolls) {
  Upstream upstream({.token = "t"}, identities_);
  RawClient client(upstream.port());
  client.Request(kLogin);
  client.Request(kGet);
  const Journal journal = upstream.appliance().Requests();
  ASSERT_THAT(Logins(journal), SizeIs(1));
  EXPECT_EQ(Logins(journal)[0].request.body, "body");
  ASSERT_THAT(Polls(journal), SizeIs(1));
  EXPECT_EQ(Polls(journal)[0].request.Path(), "/api/v1/cckm/dsm/refresh/r7");
}

TEST_F(UpstreamTest, PlaysItsScriptUntilItTurnsHonestAndThenEndsWhatWasOpen) {
  Upstream upstream({.script = OnPoll(Bytes("garbage", After::kHang)), .token = "t"}, identities_);
  RawClient victim(upstream.port());
  victim.Send(kGetWithToken);
  ASSERT_TRUE(Eventually(kPatience, [&] { return upstream.appliance().PollCount() == 1; }));
  upstream.TurnHonest();
  EXPECT_EQ(victim.ReadUntilClose(), "garbage");
  RawClient later(upstream.port());
  EXPECT_EQ(later.Request(kGetWithToken).status, 200);
  EXPECT_EQ(upstream.ConnectionCount(), 2U);
}

TEST_F(UpstreamTest, RefusesConnectionsUntilItTurnsHonest) {
  Upstream upstream({.listening = Upstream::Listening::kRefuses, .token = "t"}, identities_);
  EXPECT_FALSE(RawClient(upstream.port()).is_connected());
  upstream.TurnHonest();
  RawClient client(upstream.port());
  EXPECT_EQ(client.Request(kGetWithToken).status, 200);
}

TEST_F(UpstreamTest, GoesAlthoughAConnectionHangs) {
  RawClient client([this] {
    Upstream upstream({.script = OnEveryRequest(Bytes("", After::kHang))}, identities_);
    RawClient first(upstream.port());
    first.Send(kGet);
    return upstream.port();
  }());
  EXPECT_FALSE(client.is_connected());
}

TEST_F(UpstreamTest, EveryIdentityMakesAContext) {
  for (int identity = 0; identity <= static_cast<int>(Identity::kAnonymous); ++identity) {
    EXPECT_TRUE(identities_.MakeContext({.identity = static_cast<Identity>(identity)}));
  }
}

TEST(ShownTest, ReadsTheValueOfASeries) {
  const Shown shown("# HELP a b\n# TYPE a gauge\na{x=\"1\",y=\"2 3\"} 4\nb 5.5\n");
  EXPECT_EQ(shown.Value("a", {{"x", "1"}, {"y", "2 3"}}), 4);
  EXPECT_EQ(shown.Value("b", {}), 5.5);
  EXPECT_EQ(shown.Value("a", {{"x", "1"}}), -1);
}

}  // namespace
}  // namespace cckm
