// The HTTP server of the simulator: civetweb around a function from request to answer.
//
// Thread-safety: the handler is called from many threads at once; the rest belongs to one thread.

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include <tl/expected.hpp>

#include "tests/simulator/http_message.h"
#include "tests/simulator/timestamp.h"

struct mg_connection;
struct mg_context;

namespace cckm::simulator {

struct ServerSettings {
  std::string host;
  std::uint16_t port = 0;  // 0: any
  unsigned threads = 64;   // connections served at once
  // Waited before an answer; not for what the test itself asks for under /simulator/.
  std::chrono::nanoseconds latency{0};
};

class Server {
 public:
  using Handler = std::function<Response(const Request&, TimePoint now)>;
  using WallClock = std::function<TimePoint()>;

  // Listens until it is destroyed, which takes up to two seconds while clients keep idle
  // connections. The error says why it cannot.
  static tl::expected<std::unique_ptr<Server>, std::string> Start(const ServerSettings& settings,
                                                                  Handler handler, WallClock clock);
  ~Server();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Where it listens.
  std::uint16_t port() const;

 private:
  struct ContextStop {
    void operator()(mg_context* context) const;
  };

  Server(const ServerSettings& settings, Handler handler, WallClock clock);

  static int OnRequest(mg_connection* connection);
  void Answer(mg_connection* connection);
  void Wait();

  const std::chrono::nanoseconds latency_;
  const Handler handler_;
  const WallClock clock_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;  // guarded by mutex_
  std::unique_ptr<mg_context, ContextStop> context_;
};

}  // namespace cckm::simulator
