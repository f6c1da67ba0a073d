// What the tests of HttpServer share.

#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "exporter/web/server/http_server.h"
#include "tests/support/fakes/raw_client.h"

namespace cckm {

// A moment that one thread waits for and another one brings about.
class Event {
 public:
  void Set() {
    const std::lock_guard lock(mutex_);
    is_set_ = true;
    changed_.notify_all();
  }

  // False if it did not happen within ten seconds.
  bool Wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [this] { return is_set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_set_ = false;
};

class HttpServerFixture : public ::testing::Test {
 protected:
  // Serves on a free port of 127.0.0.1; `options` may say everything else.
  void Serve(WebHandler handler, HttpServerOptions options = {}) {
    options.listen_addresses = {"127.0.0.1:0"};
    if (options.max_connections == 0) options.max_connections = 32;
    auto server = HttpServer::Start(options, std::move(handler));
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }

  int port() const { return server_->Ports().at(0); }

  std::unique_ptr<HttpServer> server_;
};

inline WebResponse TextAnswer(int status, std::string text) {
  WebResponse answer;
  answer.status = status;
  answer.text = std::move(text);
  return answer;
}

// Serves one exact path, as the endpoints do, and tells every request in its answer.
inline WebResponse ServeMetrics(const WebRequest& request) {
  const std::string seen = std::string(request.method) + " " + std::string(request.path);
  if (request.path != "/metrics") return TextAnswer(404, seen);
  if (request.method != "GET" && request.method != "HEAD") return TextAnswer(405, seen);
  return TextAnswer(200, seen);
}

inline std::string GetRequest(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

}  // namespace cckm
