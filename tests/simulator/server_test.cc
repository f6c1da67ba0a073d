// The whole simulator over loopback, as its clients meet it.

#include "tests/simulator/server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <future>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

// A kept-alive connection of a client that gives up after five seconds.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval limit = {5, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, std::bit_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The head and the body of the answer, as much as came; empty where there is none.
  std::string Send(const std::string& method, const std::string& target,
                   const std::string& body = {}) {
    const std::string request = method + ' ' + target +
                                " HTTP/1.1\r\nHost: simulator\r\nAuthorization: Bearer "
                                "fixed-token\r\nContent-Length: " +
                                std::to_string(body.size()) + "\r\n\r\n" + body;
    if (!connected_ || ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) < 0) return {};
    return Receive();
  }

 private:
  std::string Receive() {
    std::string answer;
    std::size_t wanted = std::string::npos;
    while (answer.size() < wanted) {
      char part[4096];
      const ssize_t count = ::recv(socket_, part, sizeof(part), 0);
      if (count <= 0) return answer;
      answer.append(part, static_cast<std::size_t>(count));
      const std::size_t head_end = answer.find("\r\n\r\n");
      const std::size_t length = answer.find("Content-Length: ");
      if (head_end == std::string::npos || length == std::string::npos) continue;
      wanted = head_end + 4 + std::stoul(answer.substr(length + 16));
    }
    return answer;
  }

  int socket_;
  bool connected_ = false;
};

// An appliance behind a server, whose clock is set by hand.
struct Rig {
  std::uint16_t Port() const { return server.value()->port(); }
  TimePoint Now() const { return kStart + std::chrono::seconds(elapsed_s.load()); }

  TestAppliance appliance;
  std::atomic<int> elapsed_s = 0;
  tl::expected<std::unique_ptr<Server>, std::string> server = Server::Start(
      {.host = "127.0.0.1", .threads = 8},
      [this](const Request& request, const Server::Wait& wait) {
        return appliance.api.Serve(request, wait, [this] { return Now(); });
      },
      [this] { return Now(); });
};

// One rig for all of these tests, because a server takes two seconds to stop; no test depends on
// what another one left in it.
class ServerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { rig_ = std::make_unique<Rig>(); }
  static void TearDownTestSuite() { rig_.reset(); }

  void SetUp() override { ASSERT_TRUE(rig_->server) << rig_->server.error(); }

  static inline std::unique_ptr<Rig> rig_;
};

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(ServerTest, ServesOneConnectionFromTheStartOfARefreshToItsEnd) {
  Client client(rig_->Port());
  const std::string base = "/api/v1/cckm/sap/synchronization-jobs";
  rig_->elapsed_s = 60;
  const std::string started = client.Send("POST", base, R"({"synchronize_all":true})");
  EXPECT_TRUE(started.starts_with("HTTP/1.1 201 Created\r\n")) << started;
  EXPECT_TRUE(Has(started, "\r\nDate: Wed, 03 Mar 2021 06:11:52 GMT\r\n")) << started;
  EXPECT_TRUE(Has(started, "\r\nContent-Type: application/json")) << started;
  EXPECT_TRUE(
      Has(client.Send("GET", base + "?skip=6&limit=5"), R"("overall_status":"in_progress")"));
  rig_->elapsed_s = 80;
  EXPECT_TRUE(Has(client.Send("GET", base + "?skip=6"), R"("overall_status":"completed")"));
  EXPECT_TRUE(client.Send("GET", base + "/nope").starts_with("HTTP/1.1 404 Not Found\r\n"));
  const std::string refused = client.Send("PUT", base);
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 405 ")) << refused;
  EXPECT_TRUE(Has(refused, "\r\nAllow: GET, POST\r\n")) << refused;
}

TEST_F(ServerTest, AnUnauthorizedAnswerKeepsTheConnection) {
  Client client(rig_->Port());
  const std::string refused = client.Send("POST", "/api/v1/auth/tokens", R"({"name":"u"})");
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 401 Unauthorized\r\n")) << refused;
  EXPECT_TRUE(client.Send("GET", "/api/v1/cckm/dsm/refresh").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ServerTest, AnOversizedBodyIsRefused) {
  Client client(rig_->Port());
  const std::string answer =
      client.Send("POST", "/api/v1/auth/tokens", std::string((1U << 20) + 1, ' '));
  EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 413 ")) << answer.substr(0, 100);
  Client next(rig_->Port());
  EXPECT_TRUE(next.Send("GET", "/api/v1/cckm/dsm/refresh").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ServerTest, ManyConnectionsAreServedAtOnce) {
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 6; ++thread) {
      threads.emplace_back([&, thread] {
        Client client(rig_->Port());
        for (int round = 0; round < 50; ++round) {
          const std::string id = std::to_string(thread) + '-' + std::to_string(round);
          const std::string control = "/simulator/refresh/dsm";
          const std::string query = "?domains=d" + std::to_string(thread) + "&id=" + id;
          const bool started = Has(client.Send("POST", control + query), " 200 OK");
          const bool listed = Has(client.Send("GET", "/api/v1/cckm/dsm/refresh?id=" + id), id);
          const bool ended =
              Has(client.Send("POST", control + '/' + id + "/finish?as=completed"), " 200 OK");
          good += started && listed && ended ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(good, 300);
}

TEST_F(ServerTest, AFaultReachesTheClientAsItWasAskedFor) {
  struct Case {
    std::string fault;
    std::string_view start;
    std::string_view part;
  };
  const Case cases[] = {
      {"status=503&retry_after=5&content_type=text/html&body=sorry", "HTTP/1.1 503 ",
       "\r\nContent-Type: text/html\r\nContent-Length: 5\r\nRetry-After: 5\r\n\r\nsorry"},
      {"status=307&location=http://other/", "HTTP/1.1 307 ", "\r\nLocation: http://other/\r\n"},
      {"kind=garbage", "HTTP/1.1 200 OK\r\n", "<garbage>"},
  };
  for (const Case& row : cases) {
    Client client(rig_->Port());
    client.Send("POST", "/simulator/fault?count=1&" + row.fault);
    const std::string answer = client.Send("GET", "/api/v1/cckm/dsm/refresh");
    EXPECT_TRUE(answer.starts_with(row.start)) << answer;
    EXPECT_TRUE(Has(answer, row.part)) << answer;
    EXPECT_TRUE(Has(client.Send("GET", "/api/v1/cckm/dsm/refresh"), "resources")) << row.fault;
  }
}

TEST_F(ServerTest, AConnectionThatIsClosedOnPurposeCarriesNoMore) {
  const std::string path = "/api/v1/cckm/dsm/refresh?limit=0";
  Client intact(rig_->Port());
  const std::size_t whole = intact.Send("GET", path).size();
  for (const std::string kind : {"close", "truncate"}) {
    Client client(rig_->Port());
    client.Send("POST", "/simulator/fault?count=1&kind=" + kind);
    const std::string answer = client.Send("GET", path);
    EXPECT_LT(answer.size(), whole) << kind;
    EXPECT_EQ(answer.empty(), kind == "close") << answer;
    EXPECT_EQ(client.Send("GET", path), "") << kind;
  }
}

TEST_F(ServerTest, AConnectionIsCountedOnce) {
  const std::string path = "/api/v1/cckm/dsm/refresh?limit=0";
  Client control(rig_->Port());
  control.Send("POST", "/simulator/journal/clear");
  Client first(rig_->Port());
  Client second(rig_->Port());
  for (Client* const client : {&first, &second, &first, &first}) client->Send("GET", path);
  const std::string journal = control.Send("GET", "/simulator/journal");
  EXPECT_TRUE(Has(journal, R"("connections":2)")) << journal;
  EXPECT_TRUE(Has(journal, R"("requests":4)")) << journal;
}

TEST(ServerStopTest, AWaitEndsWhenTheServerStops) {
  std::promise<void> waiting;
  auto server = Server::Start(
      {.host = "127.0.0.1", .threads = 1},
      [&](const Request&, const Server::Wait& wait) {
        waiting.set_value();
        wait(std::chrono::hours(1));
        return Response{};
      },
      [] { return kStart; });
  ASSERT_TRUE(server) << server.error();
  const std::uint16_t port = (*server)->port();
  const std::jthread asking([port] { Client(port).Send("GET", "/"); });
  waiting.get_future().wait();
  server->reset();
}

TEST(ServerStartTest, AnAddressThatIsTakenIsAnError) {
  const auto handler = [](const Request&, const Server::Wait&) { return Response{}; };
  const auto clock = [] { return kStart; };
  const auto first = Server::Start({.host = "127.0.0.1", .threads = 1}, handler, clock);
  ASSERT_TRUE(first) << first.error();
  const auto second =
      Server::Start({.host = "127.0.0.1", .port = (*first)->port(), .threads = 1}, handler, clock);
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().starts_with("cannot listen on 127.0.0.1:")) << second.error();
}

}  // namespace
}  // namespace cckm::simulator
