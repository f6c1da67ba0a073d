// An HttpClient without a network: answers come from a function, and waiting moves a FakeClock.
//
// Thread-safety: as HttpClient.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "collectors/http/http_client.h"
#include "tests/support/fakes/fake_clock.h"

namespace cckm {

// A 200 answer with a JSON body.
HttpResponse JsonAnswer(std::string body);

// An answer of that status with a JSON body.
HttpResponse StatusAnswer(long status, std::string body = "{}");

// The appliance's 404.
HttpResponse NotFoundAnswer();

// The answer with the id asked for as its first member, where it is a job that has none.
Result<HttpResponse> WithIdOf(const std::string& path, Result<HttpResponse> answer);

class FakeHttpClient final : public HttpClient {
 public:
  using Responder = std::function<Result<HttpResponse>(const std::string& path)>;
  // The same with the whole request.
  using RequestResponder = std::function<Result<HttpResponse>(const HttpRequest& request)>;
  using Latency = std::function<Nanoseconds(const std::string& path)>;
  using RequestLatency = std::function<Nanoseconds(const HttpRequest& request)>;

  // Every request is answered by `responder` after a millisecond.
  FakeHttpClient(FakeClock& clock, Responder responder);
  FakeHttpClient(FakeClock& clock, RequestResponder responder);

  // Answers take as long as `latency` says from now on.
  void SetLatency(Latency latency) {
    latency_ = [by_path = std::move(latency)](const HttpRequest& request) {
      return by_path(request.path);
    };
  }
  void SetRequestLatency(RequestLatency latency) { latency_ = std::move(latency); }

  void Start(HttpRequest request) override;
  void CloseConnection(std::uint64_t connection) override { closed_.push_back(connection); }
  std::size_t InFlight() const override { return in_flight_.size(); }
  std::vector<HttpResult> Wait(Nanoseconds longest) override;
  void Wake() override { woken_ = true; }

  // Paths asked for, in order, and the tokens sent with them ("" for none).
  const std::vector<std::string>& paths() const { return paths_; }
  const std::vector<std::string>& tokens() const { return tokens_; }
  // Paths that were asked for on a new connection.
  const std::vector<std::string>& paths_on_new_connections() const { return new_paths_; }
  // Connections that were closed; each answer comes on one of its own.
  const std::vector<std::uint64_t>& closed() const { return closed_; }
  // Forgets them, for tests that watch the memory.
  void ForgetRequests() {
    paths_ = {};
    tokens_ = {};
    new_paths_ = {};
    closed_ = {};
  }
  // Most requests that were ever under way at once.
  std::size_t most_in_flight() const { return most_in_flight_; }

 private:
  struct PendingCheck {
    HttpRequest request;
    SteadyTime started_at;
    SteadyTime done_at;
  };

  FakeClock& clock_;
  RequestResponder responder_;
  RequestLatency latency_;
  std::vector<PendingCheck> in_flight_;
  std::vector<std::string> paths_;
  std::vector<std::string> tokens_;
  std::vector<std::string> new_paths_;
  std::vector<std::uint64_t> closed_;
  std::uint64_t connections_ = 0;
  std::size_t most_in_flight_ = 0;
  std::atomic<bool> woken_{false};
};

}  // namespace cckm
