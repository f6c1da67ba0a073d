// Listening, the limits of connections, and the end of the server.

#include <pthread.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "collectors/base/clock.h"
#include "exporter/web/server/thread_stack_size.h"
#include "tests/unit/exporter/web/server/http_server_fixture.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;

// Left alone, civetweb would wait for the request_timeout of 10 s of a client that does not read.
// That the whole exporter ends within two seconds is tested with the real program, in
// tests/system/integration.
constexpr milliseconds kMaxStop{8000};

constexpr std::string_view kLastRequest = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

WebResponse ServeText(const WebRequest&) { return TextAnswer(200, "text\n"); }

// A body that no socket buffer holds.
std::shared_ptr<const Body> HugeBody() {
  ByteBuffer bytes;
  bytes.Append(std::string(std::size_t{64} << 20, 'x'));
  return std::make_shared<const Body>(Blocks{std::make_shared<const ByteBuffer>(std::move(bytes))});
}

// Sets an event when the last copy goes.
std::shared_ptr<void> Telling(Event& released) {
  return {&released, [](Event* event) { event->Set(); }};
}

// Answers with such a body, and tells when it is let go.
auto HugeAnswers(Event& released) {
  return [&released, body = HugeBody()](const WebRequest&) {
    WebResponse answer;
    answer.shared = body;
    answer.held_until_written = Telling(released);
    return answer;
  };
}

std::size_t OpenFiles() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

class HttpServerConnectionsTest : public HttpServerFixture {
 protected:
  // Stops the server and says how long it took.
  Nanoseconds Stop() {
    const SystemClock clock;
    const SteadyTime start = clock.SteadyNow();
    server_.reset();
    return clock.SteadyNow() - start;
  }
};

tl::expected<std::unique_ptr<HttpServer>, ListenFailure> Listen(
    std::vector<std::string> addresses) {
  HttpServerOptions options;
  options.listen_addresses = std::move(addresses);
  options.max_connections = 8;
  return HttpServer::Start(options, ServeText);
}

TEST_F(HttpServerConnectionsTest, ListensOnEveryAddress) {
  const auto server = Listen({"127.0.0.1:0", ":0", "localhost:0"});
  ASSERT_TRUE(server) << server.error().message;
  const std::vector<int> ports = (*server)->Ports();
  ASSERT_EQ(ports.size(), 3U);
  for (const int port : ports) {
    RawClient client(port);
    EXPECT_EQ(client.Request(GetRequest("/")).body, "text\n");
  }
}

struct ListenCase {
  const char* address;
  const char* reason;
};

TEST_F(HttpServerConnectionsTest, SaysWhyItCannotListen) {
  Serve(ServeText);
  const std::string taken = "127.0.0.1:" + std::to_string(port());
  // Longer than a label may be (RFC 1035 section 2.3.4), so that no name service is asked.
  const std::string unknown = std::string(64, 'a') + ":0";
  const std::array<ListenCase, 4> cases = {{
      {taken.c_str(), "already in use"},
      {"192.0.2.1:0", "not an address of this host"},
      {unknown.c_str(), "cannot be resolved"},
      {"localhost", "must be host:port"},
  }};
  for (const ListenCase& c : cases) {
    const auto server = Listen({"127.0.0.1:0", c.address});
    ASSERT_FALSE(server) << c.address;
    EXPECT_EQ(server.error().address, c.address);
    EXPECT_NE(server.error().message.find(c.reason), std::string::npos) << server.error().message;
  }
}

TEST_F(HttpServerConnectionsTest, SaysThatAnAddressIsGivenTwice) {
  Serve(ServeText);
  const std::string address = "127.0.0.1:" + std::to_string(port());
  server_.reset();
  const auto twice = Listen({address, address});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().address, address);
  EXPECT_EQ(twice.error().message, "the address is already in use");
  EXPECT_TRUE(Listen({address}));
}

TEST_F(HttpServerConnectionsTest, ListensOnNoneOfTheAddressesIfOneFails) {
  Serve(ServeText);
  const int free_port = port();
  server_.reset();
  EXPECT_FALSE(Listen({"127.0.0.1:" + std::to_string(free_port), "192.0.2.1:0"}));
  EXPECT_FALSE(RawClient(free_port).is_connected());
}

TEST_F(HttpServerConnectionsTest, ListensOnIpv6OrSaysThatItCannot) {
  const auto server = Listen({"[::1]:0"});
  if (server) {
    EXPECT_GT((*server)->Ports().at(0), 0);
  } else {
    EXPECT_EQ(server.error().address, "[::1]:0");
    EXPECT_NE(server.error().message.find("IPv6"), std::string::npos) << server.error().message;
  }
}

TEST_F(HttpServerConnectionsTest, SaysThatItCannotHaveSoManyThreads) {
  HttpServerOptions options;
  options.listen_addresses = {"127.0.0.1:0"};
  options.max_connections = 1'000'000;
  const auto server = HttpServer::Start(options, ServeText);
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find("threads"), std::string::npos) << server.error().message;
}

TEST_F(HttpServerConnectionsTest, TurnsTheSurplusAwayAtOnceAndKeepsTheOthers) {
  HttpServerOptions options;
  options.max_connections = 4;
  std::atomic<int> asked = 0;
  Serve(
      [&](const WebRequest& request) {
        ++asked;
        return ServeText(request);
      },
      options);
  std::vector<std::unique_ptr<RawClient>> held;
  for (int i = 0; i < 4; ++i) {
    held.push_back(std::make_unique<RawClient>(port()));
    EXPECT_TRUE(held.back()->Request(GetRequest("/")).is_whole);
  }
  for (int i = 0; i < 50; ++i) {
    RawClient over_limit(port());
    if (i % 2 == 1) static_cast<void>(over_limit.Send(GetRequest("/")));
    const auto all = over_limit.ReadUntilClose();
    ASSERT_TRUE(all) << i;
    EXPECT_TRUE(all->starts_with("HTTP/1.1 503 ")) << i << *all;
    EXPECT_NE(all->find("\r\nDate: "), std::string::npos) << i << *all;
    EXPECT_TRUE(all->ends_with("\r\n\r\n")) << i << *all;
  }
  for (const auto& client : held) EXPECT_EQ(client->Request(kLastRequest).body, "text\n");
  EXPECT_EQ(asked, 8);
  EXPECT_EQ(held[0]->ReadUntilClose(), "");
  EXPECT_EQ(RawClient(port()).Request(GetRequest("/")).status, 200);
}

TEST_F(HttpServerConnectionsTest, HoldsNoMoreThanTheLimitOfConnectionsThatNeverSaidAnything) {
  HttpServerOptions options;
  options.max_connections = 4;
  Serve(ServeText, options);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(std::make_unique<RawClient>(port()));
  int answered = 0;
  int turned_away = 0;
  for (const auto& client : clients) {
    static_cast<void>(client->Send(GetRequest("/")));
    const int status = client->ReadAnswer().status;
    if (status == 200) ++answered;
    if (status == 503) ++turned_away;
  }
  EXPECT_EQ(answered, 4);
  EXPECT_EQ(turned_away, 2);
}

TEST_F(HttpServerConnectionsTest, HasRoomAgainOnceAConnectionWasClosed) {
  HttpServerOptions options;
  options.max_connections = 1;
  Serve(ServeText, options);
  for (int i = 0; i < 20; ++i) {
    RawClient client(port());
    ASSERT_EQ(client.Request(kLastRequest).status, 200);
    ASSERT_EQ(client.ReadUntilClose(), "");
  }
}

TEST_F(HttpServerConnectionsTest, HoldsABodyUntilItsLastByteIsWritten) {
  Event released;
  Serve(HugeAnswers(released));
  RawClient client(port());
  EXPECT_TRUE(client.Request(GetRequest("/")).is_whole);
  EXPECT_TRUE(released.Wait());
}

TEST_F(HttpServerConnectionsTest, EndsAClientThatNeverReads) {
  Event released;
  HttpServerOptions options;
  options.request_timeout = milliseconds(100);
  Serve(HugeAnswers(released), options);
  RawClient client(port());
  ASSERT_TRUE(client.Send(GetRequest("/")));
  EXPECT_TRUE(released.Wait());
  const auto all = client.ReadUntilClose();
  ASSERT_TRUE(all);
  EXPECT_LT(all->size(), std::size_t{64} << 20);
}

// It reads steadily, so that the time limit for taking nothing does not end it.
TEST_F(HttpServerConnectionsTest, EndsAClientThatReadsAFewBytesNowAndThen) {
  Event released;
  HttpServerOptions options;
  options.answer_timeout = milliseconds(300);
  Serve(HugeAnswers(released), options);
  constexpr int kSmallBuffer = 4096;
  RawClient client(port(), kSmallBuffer);
  ASSERT_TRUE(client.Send(GetRequest("/")));
  constexpr std::size_t kFewBytes = 64;
  const SystemClock clock;
  const SteadyTime patience = clock.SteadyNow() + std::chrono::seconds(5);
  std::size_t received = 0;
  std::size_t some = 0;
  do {
    some = client.ReceiveSome(kFewBytes);
    received += some;
  } while (some > 0 && clock.SteadyNow() < patience);
  EXPECT_EQ(some, 0U) << "still being served";
  EXPECT_LT(received, std::size_t{64} << 20);
  EXPECT_TRUE(released.Wait());
}

TEST_F(HttpServerConnectionsTest, TheDeadlineOfAnAnswerIsNotThatOfItsConnection) {
  HttpServerOptions options;
  options.answer_timeout = milliseconds(20);
  Serve(ServeText, options);
  RawClient client(port());
  const SystemClock clock;
  const SteadyTime end = clock.SteadyNow() + milliseconds(100);
  do {
    ASSERT_EQ(client.Request(GetRequest("/")).body, "text\n");
  } while (clock.SteadyNow() < end);
}

TEST_F(HttpServerConnectionsTest, ReleasesABodyWhoseClientIsGone) {
  Event asked;
  Event gone;
  Event released;
  Serve([&, answer = HugeAnswers(released)](const WebRequest& request) {
    asked.Set();
    gone.Wait();
    return answer(request);
  });
  {
    RawClient client(port());
    ASSERT_TRUE(client.Send(GetRequest("/")));
    ASSERT_TRUE(asked.Wait());
  }
  gone.Set();
  EXPECT_TRUE(released.Wait());
}

TEST_F(HttpServerConnectionsTest, EndsAConnectionThatDoesNotFinishItsRequest) {
  HttpServerOptions options;
  options.request_timeout = milliseconds(100);
  Serve(ServeText, options);
  RawClient silent(port());
  RawClient slow(port());
  ASSERT_TRUE(slow.Send("GET / HTTP/1.1\r\nHo"));
  EXPECT_EQ(silent.ReadUntilClose(), "");
  const auto all = slow.ReadUntilClose();
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->starts_with("HTTP/1.1 400 ")) << *all;
}

TEST_F(HttpServerConnectionsTest, EndsAKeptConnectionThatAsksNoMore) {
  HttpServerOptions options;
  options.idle_timeout = milliseconds(100);
  Serve(ServeText, options);
  RawClient client(port());
  EXPECT_TRUE(client.Request(GetRequest("/")).is_whole);
  EXPECT_EQ(client.ReadUntilClose(), "");
}

TEST_F(HttpServerConnectionsTest, StopsBeforeTheTimeLimitsOfItsConnections) {
  Event writing;
  Event released;
  Serve([&, body = HugeBody()](const WebRequest& request) {
    WebResponse answer;
    if (request.path != "/huge") return answer;
    answer.shared = body;
    answer.held_until_written = Telling(released);
    writing.Set();
    return answer;
  });
  RawClient silent(port());
  RawClient half_sent(port());
  RawClient kept(port());
  RawClient never_reading(port());
  ASSERT_TRUE(half_sent.Send("GET / HTTP/1.1\r\nHost: "));
  ASSERT_TRUE(kept.Request(GetRequest("/")).is_whole);
  ASSERT_TRUE(never_reading.Send(GetRequest("/huge")));
  ASSERT_TRUE(writing.Wait());
  EXPECT_LT(Stop(), kMaxStop);
  EXPECT_TRUE(released.Wait());
  EXPECT_EQ(kept.ReadUntilClose(), "");
}

TEST_F(HttpServerConnectionsTest, LeavesAnotherServerAlone) {
  Serve(ServeText);
  const auto other = Listen({"127.0.0.1:0"});
  ASSERT_TRUE(other);
  RawClient kept((*other)->Ports().at(0));
  ASSERT_TRUE(kept.Request(GetRequest("/")).is_whole);
  server_.reset();
  EXPECT_TRUE(kept.Request(GetRequest("/")).is_whole);
  RawClient fresh((*other)->Ports().at(0));
  EXPECT_TRUE(fresh.Request(GetRequest("/")).is_whole);
}

TEST_F(HttpServerConnectionsTest, LeavesNoFileOpen) {
  const std::size_t before = OpenFiles();
  for (int i = 0; i < 10; ++i) {
    Serve(ServeText);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int k = 0; k < 5; ++k) clients.push_back(std::make_unique<RawClient>(port()));
    server_.reset();
  }
  EXPECT_EQ(OpenFiles(), before);
}

TEST_F(HttpServerConnectionsTest, StopsWhileClientsComeAndGo) {
  for (int i = 0; i < 5; ++i) {
    HttpServerOptions options;
    options.max_connections = 2;
    Serve(ServeText, options);
    const int busy_port = port();
    std::atomic<bool> is_over = false;
    std::atomic<int> answers = 0;
    Event busy;
    std::vector<std::jthread> clients;
    for (int k = 0; k < 4; ++k) {
      clients.emplace_back([&] {
        while (!is_over) {
          RawClient client(busy_port);
          static_cast<void>(client.Request(GetRequest("/")));
          if (++answers == 50) busy.Set();
        }
      });
    }
    EXPECT_TRUE(busy.Wait());
    EXPECT_LT(Stop(), kMaxStop);
    is_over = true;
  }
}

TEST_F(HttpServerConnectionsTest, LeavesTheStackSizeOfOtherThreadsAlone) {
  constexpr std::size_t kOfOthers = std::size_t{3} << 20;
  const ThreadStackSize others(kOfOthers);
  Serve(ServeText);
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_getattr_default_np(&attributes), 0);
  std::size_t size = 0;
  pthread_attr_getstacksize(&attributes, &size);
  pthread_attr_destroy(&attributes);
  EXPECT_EQ(size, kOfOthers);
}

}  // namespace
}  // namespace cckm
