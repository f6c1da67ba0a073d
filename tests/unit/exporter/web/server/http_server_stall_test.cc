// Clients that take nothing of their answers: what they hold, and what the kernel keeps for them.

#include <array>
#include <atomic>
#include <charconv>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "exporter/web/places.h"
#include "tests/support/processes/eventually.h"
#include "tests/unit/exporter/web/server/http_server_fixture.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;

constexpr int kSmallBuffer = 4096;

std::shared_ptr<const Body> BodyOf(std::size_t bytes) {
  ByteBuffer body;
  body.Append(std::string(bytes, 'x'));
  return std::make_shared<const Body>(Blocks{std::make_shared<const ByteBuffer>(std::move(body))});
}

// Bytes that the kernel holds to be sent from this port, by all of its sockets, as
// /proc/net/tcp tells: sl, local address, remote address, state, tx_queue:rx_queue.
std::size_t BytesWaitingAt(int port) {
  std::array<char, 8> hexadecimal{};
  std::snprintf(hexadecimal.data(), hexadecimal.size(), ":%04X", static_cast<unsigned>(port));
  std::ifstream table("/proc/net/tcp");
  std::size_t sum = 0;
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string number;
    std::string local;
    std::string remote;
    std::string state;
    std::string queues;
    words >> number >> local >> remote >> state >> queues;
    if (!local.ends_with(hexadecimal.data())) continue;
    std::size_t waiting = 0;
    std::from_chars(queues.data(), queues.data() + queues.find(':'), waiting, 16);
    sum += waiting;
  }
  return sum;
}

class HttpServerStallTest : public HttpServerFixture {
 protected:
  // Answers with such a body, of which as many as there are places are written at once.
  void ServeBodies(std::size_t bytes, std::size_t places, HttpServerOptions options = {}) {
    places_ = std::make_unique<Places>(places, milliseconds(0));
    Serve(
        [this, body = BodyOf(bytes)](const WebRequest&) {
          const auto place = places_->Take();
          if (!place) return TextAnswer(503, "");
          WebResponse answer;
          answer.shared = body;
          answer.held_until_written = *place;
          return answer;
        },
        std::move(options));
  }

  void TearDown() override { server_.reset(); }

  std::unique_ptr<Places> places_;
};

TEST_F(HttpServerStallTest, WhoTakesNothingLosesItsPlaceAndItsConnection) {
  HttpServerOptions options;
  options.stall_timeout = milliseconds(100);
  options.request_timeout = milliseconds(60'000);
  ServeBodies(std::size_t{8} << 20, 3, options);
  std::vector<std::unique_ptr<RawClient>> never_reading;
  for (int i = 0; i < 3; ++i) {
    never_reading.push_back(std::make_unique<RawClient>(port(), kSmallBuffer));
    ASSERT_TRUE(never_reading.back()->Send(GetRequest("/")));
    ASSERT_EQ(never_reading.back()->ReceiveSome(1), 1U) << "its answer has begun";
  }
  ASSERT_TRUE(Eventually(kPatience, [&] {
    return RawClient(port()).Request(GetRequest("/")).status == 200;
  })) << "a place is given up long before the other time limits";
  EXPECT_TRUE(Eventually(kPatience, [&] { return BytesWaitingAt(port()) == 0; }))
      << "the kernel does not go on with what nobody takes";
  for (const auto& client : never_reading) {
    const auto all = client->ReadUntilClose();
    ASSERT_TRUE(all);
    EXPECT_LT(all->size(), std::size_t{8} << 20);
  }
}

TEST_F(HttpServerStallTest, WhoReadsSlowlyKeepsItsPlace) {
  HttpServerOptions options;
  options.stall_timeout = milliseconds(2000);
  constexpr std::size_t kBytes = std::size_t{8} << 20;
  ServeBodies(kBytes, 1, options);
  RawClient client(port(), kSmallBuffer);
  EXPECT_EQ(client.Request(GetRequest("/")).body.size(), kBytes);
}

TEST_F(HttpServerStallTest, TheKernelHoldsLittleForWhoDoesNotRead) {
  constexpr std::size_t kClients = 20;
  ServeBodies(std::size_t{8} << 20, kClients);
  std::vector<std::unique_ptr<RawClient>> never_reading;
  for (std::size_t i = 0; i < kClients; ++i) {
    never_reading.push_back(std::make_unique<RawClient>(port(), kSmallBuffer));
    ASSERT_TRUE(never_reading.back()->Send(GetRequest("/")));
  }
  std::size_t most = 0;
  ASSERT_TRUE(Eventually(kPatience, [&] {
    const std::size_t waiting = BytesWaitingAt(port());
    most = std::max(most, waiting);
    return most > 0 && waiting == 0;
  }));
  EXPECT_LT(most, kClients * (std::size_t{1} << 20)) << "4 MB each without a bound";
}

// Its answer fits into the kernel's buffers, so that nobody waits for the client any more.
TEST_F(HttpServerStallTest, WhatAClosedConnectionLeftBehindIsForgotten) {
  HttpServerOptions options;
  options.request_timeout = milliseconds(300);
  ServeBodies(std::size_t{100} << 10, 1, options);
  RawClient client(port(), kSmallBuffer);
  ASSERT_TRUE(client.Send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  ASSERT_TRUE(Eventually(kPatience, [&] { return BytesWaitingAt(port()) > 0; }));
  EXPECT_TRUE(Eventually(kPatience, [&] { return BytesWaitingAt(port()) == 0; }));
}

}  // namespace
}  // namespace cckm
