// Who comes in, and what becomes of that when the file changes.

#include "exporter/web/access/access_control.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/unit/exporter/web/access/access_control_fixture.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;

constexpr const char* kAliceSecret = "YWxpY2U6c2VjcmV0";
constexpr const char* kAliceWrong = "YWxpY2U6d3Jvbmc=";

const std::string kAlice = std::string("basic_auth_users: { alice: '") + kHashOfSecret + "' }\n";

class AccessControlTest : public AccessControlFixture {
 protected:
  // The status that a request with these credentials is answered; 0 if it comes in.
  int Request(const std::string& credentials) {
    const std::string header = credentials.empty() ? "" : "Basic " + credentials;
    const auto answer = access_control_->Authorize({.method = "GET",
                                                    .path = "/-/healthy",
                                                    .accept = {},
                                                    .accept_encoding = {},
                                                    .authorization = header,
                                                    .peer = "192.0.2.1"});
    return answer ? answer->status : 0;
  }
};

TEST_F(AccessControlTest, StandsOpenWithoutAFile) {
  auto access_control = AccessControl::Open({}, clock_, {});
  ASSERT_TRUE(access_control);
  access_control_ = std::move(*access_control);
  LookLater();
  EXPECT_EQ(Request(""), 0);
  EXPECT_FALSE(access_control_->Hooks().tls);
  EXPECT_TRUE(access_control_->Hooks().headers()->empty());
}

TEST_F(AccessControlTest, StandsOpenWithAnEmptyFile) {
  Open("");
  EXPECT_EQ(Request(""), 0);
}

TEST_F(AccessControlTest, AsksForThePassword) {
  Open(kAlice);
  EXPECT_EQ(Request(kAliceSecret), 0);
  EXPECT_EQ(Request(kAliceWrong), 401);
  EXPECT_EQ(Request(""), 401);
  const auto refusal = access_control_->Authorize(
      {.method = "GET", .path = "/", .accept = {}, .accept_encoding = {}});
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->headers, (WebHeaders{{"WWW-Authenticate", "Basic realm=\"cckm_exporter\""}}));
}

TEST_F(AccessControlTest, DoesNotOpenWithAMistake) {
  Write("web.yml", "basic_auth_users: { alice: secret, bob: secret }");
  const auto access_control = AccessControl::Open(folder_.File("web.yml"), clock_, {});
  ASSERT_FALSE(access_control);
  EXPECT_EQ(access_control.error().size(), 2U);
  EXPECT_FALSE(AccessControl::Open(folder_.File("none.yml"), clock_, {}));
}

TEST_F(AccessControlTest, DoesNotOpenWhereACertificateInTheFileCannotBeUsed) {
  Write("web.yml", "tls_server_config: { cert: '-----BEGIN CERTIFICATE-----', key: '-----BEGIN' }");
  const auto access_control = AccessControl::Open(folder_.File("web.yml"), clock_, {});
  ASSERT_FALSE(access_control);
  EXPECT_NE(access_control.error().front().message.find("certificate"), std::string::npos)
      << access_control.error().front().message;
}

TEST_F(AccessControlTest, NoticesAChangeWithinASecondOfTheNextRequest) {
  Open(kAlice);
  Write("web.yml", kAlice + "rate_limit: { interval: 1h, burst: 1 }");
  clock_.Advance(milliseconds(999));
  EXPECT_EQ(Request(""), 401);
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(Request(""), 401);
  EXPECT_EQ(Request(""), 429);
  EXPECT_EQ(changes_, 1);
  EXPECT_TRUE(unusable_.empty());
}

TEST_F(AccessControlTest, AnUnchangedFileIsNotReadAgain) {
  Open(kAlice);
  for (int i = 0; i < 3; ++i) {
    LookLater();
    EXPECT_EQ(Request(""), 401);
  }
  EXPECT_EQ(changes_, 0);
}

TEST_F(AccessControlTest, StaysLockedWhateverTheFileBecomes) {
  Open(kAlice);
  for (const char* broken : {"basic_auth_users: { alice: x }", "{{{", "a: 1", "[]"}) {
    Write("web.yml", broken);
    const std::size_t told = unusable_.size();
    for (int i = 0; i < 3; ++i) {
      LookLater();
      EXPECT_EQ(Request(""), 401) << broken;
      EXPECT_EQ(Request(kAliceSecret), 0) << broken;
    }
    EXPECT_EQ(unusable_.size(), told + 1) << broken;
  }
  std::filesystem::remove(folder_.File("web.yml"));
  LookLater();
  EXPECT_EQ(Request(""), 401);
  EXPECT_EQ(changes_, 0);
  for (const char* open : {"", "# being written", "basic_auth_users: {}"}) {
    Write("web.yml", open);
    LookLater();
    EXPECT_EQ(Request(""), 401) << "no password is a matter of a start: " << open;
    EXPECT_EQ(Request(kAliceSecret), 0) << open;
  }
  ASSERT_EQ(waiting_.size(), 1U) << "told once";
  EXPECT_EQ(waiting_[0], "asks for no password any more, which waits for a restart");
}

TEST_F(AccessControlTest, ARateLimitThatIsTakenAwayStaysUntilARestart) {
  Open(kAlice + "rate_limit: { interval: 1h, burst: 2 }");
  EXPECT_EQ(Request(kAliceSecret), 0);
  Write("web.yml", kAlice);
  LookLater();
  EXPECT_EQ(Request(kAliceSecret), 0);
  EXPECT_EQ(Request(kAliceSecret), 429);
  EXPECT_EQ(waiting_.size(), 1U);
}

TEST_F(AccessControlTest, UsesAtOnceWhatNarrowsBesideWhatWaits) {
  Open(kAlice + "rate_limit: { interval: 1s, burst: 1000 }");
  EXPECT_EQ(Request(kAliceSecret), 0);
  Write("web.yml", std::string("basic_auth_users: { bob: '") + kHashOfSecret +
                       "' }\nhttp_server_config: { headers: { X-Frame-Options: deny } }");
  LookLater();
  EXPECT_EQ(Request(kAliceSecret), 401) << "was struck off";
  EXPECT_EQ(access_control_->Hooks().headers()->size(), 1U);
  EXPECT_EQ(
      waiting_,
      (std::vector<std::string>{"takes rate_limit away or loosens it, which waits for a restart"}));
  Write("web.yml", kAlice + "rate_limit: { interval: 1s, burst: 1000 }");
  LookLater();
  EXPECT_EQ(Request(kAliceSecret), 0);
  Write("web.yml", kAlice);
  LookLater();
  EXPECT_EQ(Request(kAliceSecret), 0);
  EXPECT_EQ(waiting_.size(), 2U) << "told again after it was gone";
  EXPECT_TRUE(unusable_.empty());
}

// The file is read by a thread that serves a request and has little stack.
TEST_F(AccessControlTest, StandsADeepFile) {
  Open(kAlice);
  ServeBehindAccessControl();
  for (const std::size_t depth : {499U, 100'000U}) {
    Write("web.yml", std::string(depth, '['));
    LookLater();
    EXPECT_EQ(RawClient(port()).Request(GetRequest("/")).status, 401);
  }
  EXPECT_FALSE(unusable_.empty());
}

TEST_F(AccessControlTest, TellsOfTheSameMistakeAgainIfItCameBack) {
  Open(kAlice);
  for (int i = 0; i < 2; ++i) {
    Write("web.yml", "{{{");
    LookLater();
    EXPECT_EQ(Request(""), 401);
    Write("web.yml", kAlice);
    LookLater();
    EXPECT_EQ(Request(""), 401);
  }
  EXPECT_EQ(unusable_.size(), 2U);
}

TEST_F(AccessControlTest, TurningTlsOnTakesARestart) {
  Open(kAlice);
  WriteCertificate("server", MakeTestCertificate({.common_name = "server"}));
  Write("web.yml", "tls_server_config: { cert_file: server.pem, key_file: server.key }");
  LookLater();
  EXPECT_EQ(Request(""), 401);
  EXPECT_EQ(Request(kAliceSecret), 0);
  EXPECT_FALSE(access_control_->Hooks().tls);
  ASSERT_EQ(waiting_.size(), 2U) << "the passwords are gone, too";
  EXPECT_EQ(waiting_[0], "turns TLS on or off, which waits for a restart");
}

TEST_F(AccessControlTest, CountsRequestsBeforeItLooksAtPasswords) {
  Open(kAlice + "rate_limit: { interval: 1s, burst: 2 }");
  EXPECT_EQ(Request(kAliceSecret), 0);
  EXPECT_EQ(Request(kAliceWrong), 401);
  EXPECT_EQ(Request(kAliceSecret), 429);
  clock_.Advance(milliseconds(999));
  EXPECT_EQ(Request(kAliceSecret), 429);
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(Request(kAliceSecret), 0);
  EXPECT_EQ(Request(kAliceSecret), 429);
  clock_.Advance(std::chrono::hours(1));
  EXPECT_EQ(Request(kAliceSecret), 0);
  EXPECT_EQ(Request(kAliceSecret), 0);
  EXPECT_EQ(Request(kAliceSecret), 429) << "a bucket holds no more than its burst";
}

TEST_F(AccessControlTest, AnswersCarryTheConfiguredHeaders) {
  Open(kAlice + R"(
http_server_config:
  headers:
    X-Frame-Options: deny
    X-Content-Type-Options: nosniff
    Content-Security-Policy: "default-src 'self'"
)");
  ServeBehindAccessControl();
  RawClient client(port());
  for (const std::string& request :
       {GetRequest("/"), GetWith(kAliceSecret), std::string("nonsense\r\n\r\n")}) {
    const RawAnswer answer = client.Request(request);
    EXPECT_TRUE(answer.is_whole) << request;
    for (const char* header : {"X-Frame-Options: deny\r\n", "X-Content-Type-Options: nosniff\r\n",
                               "Content-Security-Policy: default-src 'self'\r\n"}) {
      const std::size_t place = answer.head.find(header);
      ASSERT_NE(place, std::string::npos) << answer.head;
      EXPECT_EQ(answer.head.find(header, place + 1), std::string::npos) << "once: " << answer.head;
    }
  }
}

TEST_F(AccessControlTest, EveryPathAndMethodIsBehindIt) {
  Open(kAlice);
  ServeBehindAccessControl();
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "FOO", "get"}) {
    for (const char* path : {"/", "/metrics", "/-/healthy", "/-/reload", "/nowhere", "/%2e%2e"}) {
      RawClient client(port());
      ASSERT_TRUE(client.Send(std::string(method) + " " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"));
      EXPECT_EQ(client.ReadAnswer(std::string(method) == "HEAD").status, 401) << method << path;
    }
  }
  RawClient client(port());
  EXPECT_EQ(client.Request(GetWith(kAliceSecret)).body, "inside\n");
  EXPECT_EQ(client.Request(GetWith(kAliceWrong)).status, 401);
}

TEST_F(AccessControlTest, ManyMayAskWhileTheFileChanges) {
  Open(kAlice);
  std::vector<std::jthread> clients;
  std::atomic<int> let_in = 0;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      for (int k = 0; k < 300; ++k) {
        if (Request("") != 401) ++let_in;
        clock_.Advance(milliseconds(50));
      }
    });
  }
  for (int k = 0; k < 50; ++k) Write("web.yml", k % 2 == 0 ? "{{{" : kAlice);
  clients.clear();
  EXPECT_EQ(let_in, 0);
}

}  // namespace
}  // namespace cckm
