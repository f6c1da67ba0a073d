// Many requests of CurlHttpClient at once: connections, queue, waking, ending; and its process-wide
// part.

#include <gmock/gmock.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/fakes/raw_server.h"
#include "tests/support/fakes/temporary_folder.h"
#include "tests/support/fakes/tls_server.h"
#include "tests/unit/collectors/http/curl_http_client_fixture.h"
#include "tests/unit/collectors/http/wire_server.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(CurlHttpClientTest, KeepsItsConnection) {
  const RawServer server({AnswerEach(5, JsonAnswer("{}"))});
  CurlHttpClient client(OptionsFor(server.url()));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Get(client, "/").answer);
  EXPECT_EQ(server.ConnectionCount(), 1U);
}

TEST_F(CurlHttpClientTest, OpensANewConnectionWhenTheServerClosedTheKeptOne) {
  struct Case {
    std::string name;
    RawScript first;
  };
  const Case cases[] = {
      {"between two requests", {ReadRequest(), Send(JsonAnswer("1")), Close()}},
      {"when the second arrives", {ReadRequest(), Send(JsonAnswer("1")), ReadRequest(), Close()}},
      {"with a reset", {ReadRequest(), Send(JsonAnswer("1")), ReadRequest(), Reset()}},
  };
  for (const Case& example : cases) {
    SCOPED_TRACE(example.name);
    const RawServer server({example.first, AnswerEach(1, JsonAnswer("2"))});
    CurlHttpClient client(OptionsFor(server.url()));
    ASSERT_TRUE(Get(client, "/1").answer);
    const HttpResult second = Get(client, "/2");
    ASSERT_TRUE(second.answer) << second.answer.error().message;
    EXPECT_EQ(second.answer->body, "2");
    EXPECT_EQ(server.ConnectionCount(), 2U);
  }
}

TEST_F(CurlHttpClientTest, ARequestCanHaveAConnectionOfItsOwnThatIsKeptThen) {
  const RawServer server({AnswerEach(2, JsonAnswer("1")), AnswerEach(2, JsonAnswer("2"))});
  CurlHttpClient client(OptionsFor(server.url()));
  const HttpResult first = Get(client, "/1");
  client.Start({.path = "/2", .tag = 7, .on_new_connection = true});
  const auto second = WaitForAll(client);
  ASSERT_EQ(second.size(), 1U);
  ASSERT_TRUE(second[0].answer);
  EXPECT_EQ(second[0].answer->body, "2");
  EXPECT_NE(first.connection, 0U);
  EXPECT_NE(first.connection, second[0].connection);
  EXPECT_EQ(server.ConnectionCount(), 2U);
  ASSERT_TRUE(Get(client, "/3").answer);
  EXPECT_EQ(server.ConnectionCount(), 2U);
}

TEST_F(CurlHttpClientTest, AConnectionThatIsClosedIsNotUsedAgainAndNoOtherOneIsHurt) {
  const RawServer server({AnswerEach(3, JsonAnswer("1")), AnswerEach(3, JsonAnswer("2"))});
  CurlHttpClient client(OptionsFor(server.url()));
  const HttpResult first = Get(client, "/1");
  client.CloseConnection(first.connection + 1000);
  EXPECT_EQ(Get(client, "/2").connection, first.connection);
  client.CloseConnection(first.connection);
  const HttpResult third = Get(client, "/3");
  ASSERT_TRUE(third.answer) << third.answer.error().message;
  EXPECT_EQ(third.answer->body, "2");
  client.CloseConnection(first.connection);
  EXPECT_EQ(Get(client, "/4").connection, third.connection);
}

// Answers the first request, and sends an answer that nobody asked for once `may_lie`; on another
// connection it answers as it should.
class LyingServer {
 public:
  // `tls` may be null: plain.
  explicit LyingServer(SSL_CTX* tls)
      : server_([this, tls](WireServer& script, Wire& wire) {
          if (tls != nullptr && !wire.StartTls(tls)) return;
          const bool is_first = !was_connected_.exchange(true);
          if (script.ReadRequest(wire)) wire.Send(JsonAnswer(is_first ? "1" : "2"));
          if (is_first) Lie(wire);
          wire.Hang();
        }) {}
  ~LyingServer() { may_lie_.release(); }
  LyingServer(const LyingServer&) = delete;
  LyingServer& operator=(const LyingServer&) = delete;

  std::string host() const { return server_.host(); }

  // Returns when it lies ready for the client.
  void LetLie() {
    may_lie_.release();
    has_lied_.acquire();
  }

 private:
  void Lie(Wire& wire) {
    may_lie_.acquire();
    wire.Send(JsonAnswer("nobody asked"));
    has_lied_.release();
  }

  std::binary_semaphore may_lie_{0};
  std::binary_semaphore has_lied_{0};
  std::atomic<bool> was_connected_ = false;
  WireServer server_;
};

TEST_F(CurlHttpClientTest, AnAnswerThatNobodyAskedForIsNotTakenForThatOfTheNextRequest) {
  const Identities identities;
  const TlsContext context = identities.MakeContext({});
  const TemporaryFolder folder;
  folder.Replace("ca.pem", identities.authority());
  for (const bool speaks_tls : {false, true}) {
    SCOPED_TRACE(speaks_tls);
    LyingServer server(speaks_tls ? context.get() : nullptr);
    HttpClientOptions options = OptionsFor((speaks_tls ? "https://" : "http://") + server.host());
    if (speaks_tls) options.tls.files.ca_file = folder.File("ca.pem");
    CurlHttpClient client(std::move(options));
    const HttpResult first = Get(client, "/1");
    ASSERT_TRUE(first.answer) << first.answer.error().message;
    server.LetLie();
    const HttpResult second = Get(client, "/2");
    ASSERT_TRUE(second.answer) << second.answer.error().message;
    EXPECT_EQ(second.answer->body, "2");
  }
}

TEST_F(CurlHttpClientTest, AnswersMoreRequestsThanItHasConnections) {
  const RawServer server({AnswerEach(20, JsonAnswer("{}")), AnswerEach(20, JsonAnswer("{}"))});
  CurlHttpClient client(OptionsFor(server.url()));
  for (std::uint64_t tag = 0; tag < 20; ++tag) {
    client.Start({.path = "/" + std::to_string(tag), .bearer_token = nullptr, .tag = tag});
  }
  EXPECT_EQ(client.InFlight(), 20U);

  std::vector<std::uint64_t> tags;
  for (const HttpResult& response : WaitForAll(client)) {
    EXPECT_TRUE(response.answer);
    tags.push_back(response.tag);
  }
  EXPECT_EQ(client.InFlight(), 0U);
  std::sort(tags.begin(), tags.end());
  ASSERT_EQ(tags.size(), 20U);
  for (std::uint64_t tag = 0; tag < 20; ++tag) EXPECT_EQ(tags[tag], tag);
  EXPECT_EQ(server.ConnectionCount(), 2U);
}

TEST_F(CurlHttpClientTest, LetsNoAnswerWaitForASlowerOne) {
  const RawServer server({{ReadRequest(), Hang()}, AnswerEach(10, JsonAnswer("{}"))});
  CurlHttpClient client(OptionsFor(server.url()));
  client.Start({.path = "/slow", .bearer_token = nullptr, .tag = 100});
  while (server.Requests().empty()) client.Wait(milliseconds(1));
  for (std::uint64_t tag = 0; tag < 10; ++tag) {
    client.Start({.path = "/", .bearer_token = nullptr, .tag = tag});
  }
  std::vector<std::uint64_t> tags;
  while (client.InFlight() > 1) {
    const std::vector<HttpResult> responses = client.Wait(seconds(10));
    ASSERT_FALSE(responses.empty());
    for (const HttpResult& response : responses) tags.push_back(response.tag);
  }
  EXPECT_THAT(tags, testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
}

TEST_F(CurlHttpClientTest, CountsTheTimeOutOfAQueuedRequestFromItsTurn) {
  const RawServer server({{ReadRequest(), Hang()}, AnswerEach(1, JsonAnswer("{}"))});
  HttpClientOptions options = OptionsFor(server.url());
  options.max_connections = 1;
  options.request_timeout = milliseconds(300);
  CurlHttpClient client(options);
  client.Start({.path = "/1", .bearer_token = nullptr, .tag = 1});
  client.Start({.path = "/2", .bearer_token = nullptr, .tag = 2});
  const std::vector<HttpResult> responses = WaitForAll(client);
  ASSERT_EQ(responses.size(), 2U);
  ASSERT_FALSE(responses[0].answer);
  EXPECT_EQ(responses[0].answer.error().kind, ErrorKind::kTimeout);
  EXPECT_TRUE(responses[1].answer);
  EXPECT_LT(responses[1].duration, milliseconds(300));
}

TEST_F(CurlHttpClientTest, AnswersEveryRequestEvenWhereNoneCanBeSent) {
  CurlHttpClient client(OptionsFor("ftp://127.0.0.1"));
  for (std::uint64_t tag = 0; tag < 5; ++tag) {
    client.Start({.path = "/", .bearer_token = nullptr, .tag = tag});
  }
  EXPECT_EQ(client.InFlight(), 5U);
  EXPECT_EQ(client.Wait(hours(1)).size(), 5U);
  EXPECT_EQ(client.InFlight(), 0U);
}

TEST_F(CurlHttpClientTest, WaitsNoLongerThanItIsTold) {
  const RawServer server({{Hang()}});
  CurlHttpClient client(OptionsFor(server.url()));
  EXPECT_TRUE(client.Wait(Nanoseconds(0)).empty());
  EXPECT_TRUE(client.Wait(Nanoseconds(1)).empty());
  EXPECT_TRUE(client.Wait(Nanoseconds(-1)).empty());
  client.Start({.path = "/", .bearer_token = nullptr, .tag = 0});
  EXPECT_TRUE(client.Wait(milliseconds(20)).empty());
  EXPECT_EQ(client.InFlight(), 1U);
}

TEST_F(CurlHttpClientTest, WakeEndsTheNextWaitAtOnceAndNoLaterOne) {
  const RawServer server({AnswerEach(1, JsonAnswer("{}"))});
  CurlHttpClient client(OptionsFor(server.url()));
  client.Wake();
  EXPECT_TRUE(client.Wait(Nanoseconds::max()).empty());
  client.Start({.path = "/", .bearer_token = nullptr, .tag = 0});
  EXPECT_EQ(client.Wait(Nanoseconds::max()).size(), 1U);
}

// Without Wake() each of the waits would last for ever.
TEST_F(CurlHttpClientTest, WakeOfAnotherThreadEndsAWait) {
  CurlHttpClient client(OptionsFor("http://127.0.0.1"));
  std::atomic<int> waits{0};
  const std::jthread other([&] {
    for (int wait = 1; wait <= 50; ++wait) {
      while (waits.load() < wait) std::this_thread::yield();
      for (int pause = 0; pause < 20 * wait; ++pause) std::this_thread::yield();
      client.Wake();
    }
  });
  for (int wait = 0; wait < 50; ++wait) {
    ++waits;
    EXPECT_TRUE(client.Wait(Nanoseconds::max()).empty());
  }
}

TEST_F(CurlHttpClientTest, WakeLeavesRequestsUnderWay) {
  const RawServer server({{ReadRequest(), Hang()}});
  CurlHttpClient client(OptionsFor(server.url()));
  client.Start({.path = "/", .bearer_token = nullptr, .tag = 0});
  client.Wake();
  EXPECT_TRUE(client.Wait(Nanoseconds::max()).empty());
  EXPECT_EQ(client.InFlight(), 1U);
}

TEST_F(CurlHttpClientTest, GoesWithRequestsUnderWayAndQueued) {
  const RawServer server(
      {{ReadRequest(), Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), Hang()}});
  auto client = std::make_unique<CurlHttpClient>(OptionsFor(server.url()));
  for (std::uint64_t tag = 0; tag < 5; ++tag) {
    client->Start({.path = "/", .bearer_token = Token(kCanary), .tag = tag});
  }
  while (server.Requests().empty()) client->Wait(milliseconds(1));
  client.reset();
  EXPECT_EQ(server.Requests().size(), 1U);
}

// Sets variables for one test and removes them afterwards.
class EnvironmentForTest {
 public:
  explicit EnvironmentForTest(std::vector<std::string> names) : names_(std::move(names)) {
    for (const std::string& name : names_) ::setenv(name.c_str(), "http://127.0.0.1:1", 1);
  }
  ~EnvironmentForTest() {
    for (const std::string& name : names_) ::unsetenv(name.c_str());
  }
  EnvironmentForTest(const EnvironmentForTest&) = delete;
  EnvironmentForTest& operator=(const EnvironmentForTest&) = delete;

 private:
  const std::vector<std::string> names_;
};

TEST_F(CurlHttpClientTest, UsesNoProxyOfTheEnvironment) {
  const EnvironmentForTest environment({"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"});
  const RawServer server({AnswerEach(1, JsonAnswer("{}"))});
  CurlHttpClient client(OptionsFor(server.url()));
  EXPECT_TRUE(Get(client, "/").answer);
}

TEST(ScrubHttpEnvironmentTest, RemovesWhatWouldRedirectDecryptOrRecordTraffic) {
  ScrubHttpEnvironment();  // what the host itself has set
  const std::vector<std::string> names = {
      "ALL_PROXY",    "CURL_CA_BUNDLE", "CURL_HOME",    "Ftp_Proxy",       "HTTPS_PROXY",
      "NETRC",        "NO_PROXY",       "OPENSSL_CONF", "OPENSSL_MODULES", "SSLKEYLOGFILE",
      "SSL_CERT_DIR", "SSL_CERT_FILE",  "http_proxy",   "no_proxy"};
  const std::vector<std::string> bystanders = {"PROXY", "MY_CURL_X", "SSL_CERTAINLY", "NETRC_X"};
  const EnvironmentForTest environment(names);
  const EnvironmentForTest others(bystanders);

  EXPECT_EQ(ScrubHttpEnvironment(), names);
  for (const std::string& name : names) EXPECT_EQ(::getenv(name.c_str()), nullptr) << name;
  for (const std::string& name : bystanders) EXPECT_NE(::getenv(name.c_str()), nullptr) << name;
  EXPECT_TRUE(ScrubHttpEnvironment().empty());
}

TEST(HttpLibraryVersionTest, NamesLibcurlAndItsTlsLibrary) {
  EXPECT_THAT(HttpLibraryVersion(), testing::HasSubstr("libcurl/"));
  EXPECT_THAT(HttpLibraryVersion(), testing::HasSubstr("SSL/"));
}

}  // namespace
}  // namespace cckm
