#include "tests/support/fakes/raw_server.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cckm {
namespace {

// A blocking connection that gives up after ten seconds without a byte.
class Peer {
 public:
  explicit Peer(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    connected_ =
        ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Peer() { ::close(socket_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  bool connected() const { return connected_; }

  void Say(const std::string& bytes) const {
    ASSERT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  std::string Hear(std::size_t count) const {
    std::string bytes(count, '\0');
    const ssize_t heard = ::recv(socket_, bytes.data(), count, MSG_WAITALL);
    bytes.resize(heard > 0 ? static_cast<std::size_t>(heard) : 0);
    return bytes;
  }

  // 0: closed in good order; ECONNRESET: reset; anything else: neither.
  int HearTheEnd() const {
    char byte = 0;
    const ssize_t heard = ::recv(socket_, &byte, 1, 0);
    if (heard > 0) return EEXIST;
    return heard == 0 ? 0 : errno;
  }

 private:
  const int socket_;
  bool connected_ = false;
};

TEST(RawServerTest, SendsTheBytesOfItsScriptAndCloses) {
  const RawServer server({{Send("one"), Send("two")}});
  const Peer peer(server.port());
  EXPECT_EQ(peer.Hear(6), "onetwo");
  EXPECT_EQ(peer.HearTheEnd(), 0);
}

TEST(RawServerTest, RecordsWholeRequestsInOrder) {
  const RawServer server({{ReadRequest(), Send("a"), ReadRequest(), Send("b"), Hang()}});
  const Peer peer(server.port());
  peer.Say("GET /1 HTTP/1.1\r\n");
  peer.Say("Host: x\r\n\r\nGET /2 HTTP/1.1\r\n\r\n");
  EXPECT_EQ(peer.Hear(2), "ab");
  EXPECT_EQ(server.Requests(), (std::vector<std::string>{"GET /1 HTTP/1.1\r\nHost: x\r\n\r\n",
                                                         "GET /2 HTTP/1.1\r\n\r\n"}));
}

TEST(RawServerTest, WaitsForTheEndOfARequest) {
  const RawServer server({{ReadRequest(), Send("a")}, {Send("second")}});
  const Peer first(server.port());
  first.Say("GET / HTTP/1.1\r\n");
  const Peer second(server.port());
  EXPECT_EQ(second.Hear(6), "second");
  EXPECT_TRUE(server.Requests().empty());
}

TEST(RawServerTest, ServesConnectionsSideBySideWithAScriptEach) {
  const RawServer server({{Hang()}, {Send("second")}});
  const Peer first(server.port());
  const Peer second(server.port());
  EXPECT_EQ(second.Hear(6), "second");
  EXPECT_EQ(server.ConnectionCount(), 2U);
}

TEST(RawServerTest, ClosesAConnectionWithoutAScript) {
  const RawServer server({});
  EXPECT_EQ(Peer(server.port()).HearTheEnd(), 0);
  EXPECT_EQ(server.ConnectionCount(), 1U);
}

TEST(RawServerTest, ClosesInGoodOrderOrWithAReset) {
  const RawServer server({{Close(), Send("never")}, {Reset(), Send("never")}});
  EXPECT_EQ(Peer(server.port()).HearTheEnd(), 0);
  EXPECT_EQ(Peer(server.port()).HearTheEnd(), ECONNRESET);
}

TEST(RawServerTest, SendsMoreThanASocketHoldsAtOnce) {
  const std::string large(std::size_t{16} * 1024 * 1024, 'x');
  const RawServer server({{Send(large)}});
  const Peer peer(server.port());
  EXPECT_EQ(peer.Hear(large.size()), large);
  EXPECT_EQ(peer.HearTheEnd(), 0);
}

TEST(RawServerTest, ClosesAHangingConnectionWhenItGoes) {
  auto server = std::make_unique<RawServer>(std::vector<RawScript>{{Send("x"), Hang()}});
  const Peer peer(server->port());
  EXPECT_EQ(peer.Hear(1), "x");
  const std::uint16_t port = server->port();
  server.reset();
  EXPECT_EQ(peer.HearTheEnd(), 0);
  EXPECT_FALSE(Peer(port).connected());
}

TEST(RawServerTest, GoesOnAfterAPeerThatLeaves) {
  const RawServer server(
      {{ReadRequest(), Send(std::string(std::size_t{16} * 1024 * 1024, 'x'))}, {Send("second")}});
  { const Peer peer(server.port()); }
  EXPECT_EQ(Peer(server.port()).Hear(6), "second");
}

TEST(RawServerTest, AnswersEachRequestAndThenHangs) {
  const std::string answer = JsonAnswer("{}");
  const RawServer server({AnswerEach(2, answer)});
  const Peer peer(server.port());
  peer.Say("GET /1\r\n\r\nGET /2\r\n\r\nGET /3\r\n\r\n");
  EXPECT_EQ(peer.Hear(2 * answer.size()), answer + answer);
  EXPECT_EQ(server.Requests().size(), 2U);
}

TEST(RawServerTest, MakesACompleteAnswer) {
  EXPECT_EQ(JsonAnswer("[1]"),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n[1]");
}

}  // namespace
}  // namespace cckm
