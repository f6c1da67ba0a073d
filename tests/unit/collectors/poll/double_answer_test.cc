// A proxy that answers a request twice: every later answer on that connection is that of the
// request before.  Poller and CurlHttpClient against a real server that does so.

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "collectors/http/curl_http_client.h"
#include "collectors/poll/poller.h"
#include "tests/support/fakes/fakes.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

constexpr int kRefreshes = 12;

// Every third refresh has completed.
bool HasCompleted(int number) { return number % 3 == 0; }

std::string AnswerFor(const std::string& request) {
  const std::size_t begin =
      request.find("/r") == std::string::npos ? 0 : request.rfind("/r", 99) + 1;
  const std::string id = request.substr(begin, request.find(' ', begin) - begin);
  const bool has_completed = HasCompleted(std::atoi(id.c_str() + 1));
  const std::string body =
      R"({"id":")" + id + R"(","createdAt":"2021-03-03T06:10:52Z","domains":["d)" + id + R"("],)" +
      (has_completed ? R"("overall_status":"completed","completed_at":"2021-03-03T06:11:00Z"})"
                     : R"("overall_status":"in_progress"})");
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Answers every request by its path; once in a while it sends the answer before once more instead,
// and stays behind by one from then on.
class ShiftingServer {
 public:
  explicit ShiftingServer(unsigned seed) : seed_(seed), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size);
    ::listen(socket_, 64);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    acceptor_ = std::thread([this] { Accept(); });
  }
  ~ShiftingServer() {
    ::shutdown(socket_, SHUT_RDWR);
    acceptor_.join();
    ::close(socket_);
    for (const int connection : connections_) ::shutdown(connection, SHUT_RDWR);
    for (std::thread& thread : threads_) thread.join();
    for (const int connection : connections_) ::close(connection);
  }
  ShiftingServer(const ShiftingServer&) = delete;
  ShiftingServer& operator=(const ShiftingServer&) = delete;

  const std::string& url() const { return url_; }
  int answers() const { return answers_; }
  int shifts() const { return shifts_; }

 private:
  void Accept() {
    for (int connection = 0; (connection = ::accept(socket_, nullptr, nullptr)) >= 0;) {
      connections_.push_back(connection);
      threads_.emplace_back([this, connection, number = ++seed_] { Serve(connection, number); });
    }
  }

  void Serve(int connection, unsigned seed) {
    std::mt19937 random(seed);
    std::string before;
    bool is_behind = false;
    std::string received;
    std::array<char, 4096> bytes;
    while (true) {
      const std::size_t end = received.find("\r\n\r\n");
      if (end == std::string::npos) {
        const ssize_t count = ::recv(connection, bytes.data(), bytes.size(), 0);
        if (count <= 0) return;
        received.append(bytes.data(), static_cast<std::size_t>(count));
        continue;
      }
      std::string answer = AnswerFor(received.substr(0, end));
      received.erase(0, end + 4);
      if (!is_behind && !before.empty() && random() % 20 == 0) {
        is_behind = true;
        ++shifts_;
      }
      if (is_behind) before.swap(answer);
      if (!is_behind) before = answer;
      ++answers_;
      ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
    }
  }

  unsigned seed_;
  const int socket_;
  std::string url_;
  std::vector<int> connections_;
  std::vector<std::thread> threads_;
  std::atomic<int> answers_ = 0;
  std::atomic<int> shifts_ = 0;
  std::thread acceptor_;
};

// Counts answers that say of a refresh what another one did, until the server has answered enough.
class TruthListener final : public PollListener {
 public:
  TruthListener(const ShiftingServer& server, std::stop_source& stop)
      : server_(server), stop_(stop) {}
  void OnUpdate(PollUpdate update) override {
    for (const RefreshAnswer& answer : update.answers) {
      if (answer.kind != RefreshAnswer::Kind::kRefresh) continue;
      const bool has_completed = answer.refresh.status == RefreshStatus::kCompleted;
      const bool is_true = has_completed == HasCompleted(std::atoi(answer.refresh.id.c_str() + 1));
      ++(is_true ? true_answers : false_answers);
    }
    for (const std::string_view id : update.repeated) {
      ++(HasCompleted(std::atoi(std::string(id).c_str() + 1)) ? false_answers : true_answers);
    }
    if (server_.answers() >= 300) stop_.request_stop();
  }
  void OnLogin(const LoginUpdate& /*update*/) override {}

  int true_answers = 0;
  int false_answers = 0;

 private:
  const ShiftingServer& server_;
  std::stop_source& stop_;
};

TEST(DoubleAnswerTest, AnAnswerThatIsSentTwiceMakesNoRefreshShowTheStateOfAnother) {
  const CurlRuntime runtime;
  const SystemClock clock;
  FakeRandom random;
  FakeTokenSource token;
  int shifts = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    ShiftingServer server(seed * 1000);
    CurlHttpClient client({.base_url = server.url(),
                           .request_timeout = 10s,
                           .max_response_size = 100'000,
                           .max_connections = 3,
                           .user_agent = "test"});
    PollerPlan plan{
        .target = "cm",
        .collectors = {{{.family = FindFamily("dsm"), .domain_names = false}}},
        .schedule = {.poll_interval = 1ms, .recheck_interval = 2ms, .heartbeat_interval = 1h},
        .max_connections = 3};
    for (int i = 0; i < kRefreshes; ++i) {
      plan.collectors[0].refresh_ids.push_back("r" + std::to_string(i));
    }
    std::stop_source stop;
    TruthListener listener(server, stop);
    Poller poller(plan, client, token, clock, random, listener);
    poller.Run(stop.get_token());
    EXPECT_EQ(listener.false_answers, 0) << "seed " << seed;
    EXPECT_GT(listener.true_answers, 100) << "seed " << seed;
    shifts += server.shifts();
  }
  EXPECT_GT(shifts, 20) << "the server is as bad as it is meant to be";
}

}  // namespace
}  // namespace cckm
