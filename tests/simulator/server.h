// The HTTP server of the simulator, with or without TLS: civetweb around a function from request to
// answer.
//
// Thread-safety: the handler is called from many threads at once; the rest belongs to one thread.

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "tests/simulator/http_message.h"
#include "tests/simulator/timestamp.h"
#include "tests/simulator/tls_context.h"

struct mg_connection;
struct mg_context;

namespace cckm::simulator {

struct ServerSettings {
  std::string host;
  std::uint16_t port = 0;  // 0: any
  unsigned threads = 64;   // connections served at once
  std::optional<TlsSettings> tls = {};
  std::size_t node = 0;  // what Request::node says
};

class Server {
 public:
  // Waits so long, or until the server stops.
  using Wait = std::function<void(std::chrono::nanoseconds)>;
  using Handler = std::function<Response(const Request&, const Wait& wait)>;
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

  Server(Handler handler, WallClock clock, std::size_t node);

  // What civetweb calls.
  static int OnRequest(mg_connection* connection);
  static int OnTlsContext(void** context, void* server);

  void Answer(mg_connection* connection);
  void Pause(std::chrono::nanoseconds time);

  const Handler handler_;
  const WallClock clock_;
  const std::size_t node_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;  // guarded by mutex_
  TlsContextPtr tls_;      // null without TLS
  std::unique_ptr<mg_context, ContextStop> context_;
};

}  // namespace cckm::simulator
