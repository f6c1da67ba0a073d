// The listening side: civetweb behind an interface of requests and answers.
//
// Paths are matched by the handler, never by civetweb; no file of the host is ever served.  The one
// library that knows civetweb.
// Thread-safety: the handler is called by many threads at once; the other methods belong to the
// owner.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "collectors/base/clock.h"
#include "exporter/config/web_config.h"
#include "exporter/web/server/listen_failure.h"
#include "exporter/web/server/web_request.h"
#include "exporter/web/server/web_response.h"

namespace cckm {

class TlsServerContext;

using WebHandler = std::function<WebResponse(const WebRequest&)>;

// What a server is told about TLS and headers, asked anew for each connection and each answer, by
// many threads at once.  Each may be empty.
struct HttpServerHooks {
  // What the next connection's TLS shall be.  Set: all addresses speak TLS, and nothing else.
  std::function<std::shared_ptr<const TlsServerContext>()> tls = {};
  // Headers that every answer carries beside `Date`, those to what cannot be understood included.
  // Only the answer to a connection over the limit goes without.
  std::function<std::shared_ptr<const WebHeaders>()> headers = {};
};

// systemd's socket activation is not to be had: civetweb opens its listening sockets by itself and
// takes none that is already open.
struct HttpServerOptions {
  std::vector<std::string>
      listen_addresses;             // host:port, :port or [ipv6]:port; port 0: any free one
  std::size_t max_connections = 0;  // above zero; more are answered 503 or closed at once
  // How long a client may take for its TLS handshake and for its first request, and may read
  // nothing of an answer.  A request whose bytes trickle in ends after twice the time.
  std::chrono::milliseconds request_timeout{10'000};
  // How long a kept-alive connection may take for each further request.
  std::chrono::milliseconds idle_timeout{75'000};
  // How long a client may take to read a whole answer, however steadily it reads.
  std::chrono::milliseconds answer_timeout{60'000};
  // How long a client may take nothing of an answer that holds a place.
  std::chrono::milliseconds stall_timeout{1'000};
  std::function<WallTime()> now = [] { return SystemClock().Now(); };  // for `Date`
  HttpServerHooks hooks = {};
};

// Version of the HTTP library in use, as "civetweb/1.15".
std::string WebLibraryVersion();

class HttpServer {
 public:
  // Listens on all addresses or on none.  `handler` sees every request that can be understood,
  // whatever its method; what cannot be is answered here with a constant text.  An exception of it
  // is answered 500.  With TLS asked for, it fails where TLS cannot work.  It fails, too, where the
  // system gives too few threads; what cannot be taken back then stays until the process ends.
  static tl::expected<std::unique_ptr<HttpServer>, ListenFailure> Start(
      const HttpServerOptions& options, WebHandler handler);
  // Stops listening and ends every connection within a second, once the handlers that run have
  // returned.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // The ports that are listened on, in the order of the addresses.
  std::vector<int> Ports() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cckm
