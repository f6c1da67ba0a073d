// The insides of HttpServer: what is started, and what civetweb calls back.
//
// http_server.cc starts and stops, http_server_callbacks.cc serves.  Nobody else includes this.
// Thread-safety: the callbacks are called by many threads at once; the other methods belong to the
// owner.

#pragma once

#include <civetweb.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "collectors/base/free_with.h"
#include "collectors/base/mutex.h"
#include "exporter/web/server/connection_slots.h"
#include "exporter/web/server/http_server.h"
#include "exporter/web/server/request_framing.h"
#include "exporter/web/server/response_writer.h"
#include "exporter/web/server/server_sockets.h"
#include "exporter/web/server/tls_handshake_hooks.h"

namespace cckm {

class LibraryUse {
 public:
  LibraryUse() { mg_init_library(MG_FEATURES_DEFAULT); }
  ~LibraryUse() { mg_exit_library(); }
  LibraryUse(const LibraryUse&) = delete;
  LibraryUse& operator=(const LibraryUse&) = delete;
};

class HttpServer::Impl {
 public:
  Impl(const HttpServerOptions& options, WebHandler handler)
      : options_(options),
        handler_(std::move(handler)),
        slots_(options.max_connections,
               {.end = [this](const ConnectionSocket& socket) { End(socket); },
                .taken = [this](ConnectionSocket& socket) { return Taken(socket); }}) {}
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  tl::expected<void, ListenFailure> Start();
  const std::vector<int>& ports() const { return ports_; }
  // True where civetweb cannot be stopped, nor its memory given back.
  bool is_stuck() const { return is_stuck_; }

 private:
  static mg_callbacks Callbacks();
  static Impl& Of(const mg_connection* connection);
  static void* OnThread(const mg_context* context, int thread_type);
  static int OnTlsContext(void** context, void* self);
  static int OnConnect(const mg_connection* connection, void** data);
  static int OnRequest(mg_connection* connection);
  static int OnError(mg_connection* connection, int status, const char* message);
  static void OnClose(const mg_connection* connection);
  static int OnMessage(const mg_connection* connection, const char* message);

  mg_context* StartContext(const std::string& ports);
  bool HasBegun();
  ListenFailure Failure(std::string message) const;
  void FindPorts(std::vector<SocketAddress> addresses);
  void PrepareTls();
  void BeginTls(const mg_connection* connection, int socket);
  const TlsServerContext* ChooseTls(const mg_connection* connection);
  void TurnAway(mg_connection* connection);
  void End(const ConnectionSocket& socket) const;
  std::optional<std::uint64_t> Taken(ConnectionSocket& socket) const;
  WebResponse Request(const mg_request_info& request) const;
  void Serve(mg_connection* connection, const mg_request_info& request, RequestFraming framing);
  void ServeLast(mg_connection* connection, const mg_request_info& request);
  static RequestFraming Judge(ConnectionSlot& slot, const mg_request_info& request);
  void Write(mg_connection* connection, const WebResponse& answer, AnswerFraming framing);

  const HttpServerOptions options_;
  const WebHandler handler_;
  const LibraryUse library_;
  std::atomic<const ServerSockets*> published_sockets_ =
      nullptr;  // set while connections are served
  Mutex mutex_;
  std::string first_message_ CCKM_GUARDED_BY(mutex_);  // of civetweb; later ones are dropped
  bool has_begun_ CCKM_GUARDED_BY(mutex_) = false;     // to accept connections
  std::condition_variable_any begun_;
  bool is_stuck_ = false;
  std::optional<ServerSockets> sockets_;
  std::vector<int> ports_;
  ConnectionSlots slots_;
  std::optional<TlsHandshakeHooks> handshake_hooks_;  // nothing without TLS
  std::unique_ptr<mg_context, FreeWith<&mg_stop>> context_;
};

}  // namespace cckm
