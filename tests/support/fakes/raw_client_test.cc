#include "tests/support/fakes/raw_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace cckm {
namespace {

// Listens on a free port; everything happens in the thread of the test, since the kernel answers
// connects.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    ::bind(socket_, generic, length);
    ::listen(socket_, 1);
    ::getsockname(socket_, generic, &length);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() {
    Hangup();
    ::close(socket_);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int port() const { return port_; }
  void Accept() { connection_ = ::accept(socket_, nullptr, nullptr); }
  void Write(std::string_view bytes) const {
    ASSERT_EQ(::send(connection_, bytes.data(), bytes.size(), 0), std::ssize(bytes));
  }
  std::string Read() const {
    std::array<char, 100> bytes{};
    const auto size = ::recv(connection_, bytes.data(), bytes.size(), 0);
    return std::string(bytes.data(), static_cast<std::size_t>(size));
  }
  void Hangup() {
    if (connection_ >= 0) ::close(connection_);
    connection_ = -1;
  }

 private:
  int socket_;
  int port_ = 0;
  int connection_ = -1;
};

class RawClientTest : public ::testing::Test {
 protected:
  RawClientTest() : client_(listener_.port()) { listener_.Accept(); }

  Listener listener_;
  RawClient client_;
};

TEST_F(RawClientTest, SendsTheBytesAsTheyAre) {
  EXPECT_TRUE(client_.Send("GE\r\nT\n"));
  EXPECT_EQ(listener_.Read(), "GE\r\nT\n");
}

TEST_F(RawClientTest, ReadsOneAnswerOfTwoThatCameTogether) {
  listener_.Write(
      "HTTP/1.1 200 OK\r\nX-One: a\r\nContent-Length: 3\r\n\r\nabc"
      "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  const RawAnswer first = client_.ReadAnswer();
  EXPECT_TRUE(first.is_whole);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.headers.at("x-one"), "a");
  EXPECT_EQ(first.body, "abc");
  EXPECT_EQ(client_.ReadAnswer().status, 404);
}

TEST_F(RawClientTest, WaitsForNoBodyAfterHead) {
  listener_.Write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
  EXPECT_TRUE(client_.ReadAnswer(true).is_whole);
}

TEST_F(RawClientTest, ShowsThatAnAnswerIsNotWhole) {
  listener_.Write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab");
  listener_.Hangup();
  const RawAnswer answer = client_.ReadAnswer();
  EXPECT_FALSE(answer.is_whole);
  EXPECT_EQ(answer.status, 200);
}

TEST_F(RawClientTest, ReadsUntilTheConnectionIsClosed) {
  listener_.Write("bye");
  listener_.Hangup();
  EXPECT_EQ(client_.ReadUntilClose(), "bye");
}

TEST(RawClientConnectTest, ShowsThatNobodyListens) {
  int port = 0;
  {
    const Listener gone;
    port = gone.port();
  }
  RawClient client(port);
  EXPECT_FALSE(client.is_connected());
  EXPECT_FALSE(client.Send("x"));
}

}  // namespace
}  // namespace cckm
