#include "exporter/web/http_server.h"

#include <civetweb.h>

#include <array>
#include <atomic>
#include <exception>
#include <optional>

#include "collectors/base/mutex.h"
#include "exporter/web/answer_writer.h"
#include "exporter/web/civetweb_request.h"
#include "exporter/web/connection_seats.h"
#include "exporter/web/listen_check.h"
#include "exporter/web/request_framing.h"
#include "exporter/web/server_sockets.h"
#include "exporter/web/thread_stack_size.h"
#include "exporter/web/tls_entrance.h"
#include "exporter/web/tls_libraries.h"

namespace cckm {
namespace {

constexpr std::size_t kThreadStackBytes = std::size_t{256} << 10;
// civetweb gives each connection a thread of its own.  These are left to tell the surplus to go.
constexpr std::size_t kSpareThreads = 8;
// Shorter than any other answer, so that a connection that was written exactly this much is a
// surplus one.
constexpr std::string_view kSurplusAnswer =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
    "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n";

class LibraryUse {
 public:
  LibraryUse() { mg_init_library(MG_FEATURES_DEFAULT); }
  ~LibraryUse() { mg_exit_library(); }
  LibraryUse(const LibraryUse&) = delete;
  LibraryUse& operator=(const LibraryUse&) = delete;
};

struct StopContext {
  void operator()(mg_context* context) const { mg_stop(context); }
};

// Null for what civetweb uses in place of a connection when there is none.
Seat* SeatOf(const mg_connection* connection) {
  return static_cast<Seat*>(mg_get_thread_pointer(connection));
}

std::string Join(const std::vector<std::string>& parts) {
  std::string joined;
  for (const std::string& part : parts) joined.append(joined.empty() ? "" : ",").append(part);
  return joined;
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpServerOptions& options, WebHandler handler)
      : options_(options),
        handler_(std::move(handler)),
        seats_(options.max_connections, [this](const ConnectionSocket& socket) { End(socket); }) {}
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  tl::expected<void, ListenFailure> Start();
  const std::vector<int>& ports() const { return ports_; }

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
  void FindPorts(std::vector<SocketAddress> addresses);
  void PrepareTls();
  void BeginTls(const mg_connection* connection, int socket);
  const TlsServerContext* ChooseTls(const mg_connection* connection);
  void TurnAway(mg_connection* connection);
  void End(const ConnectionSocket& socket) const;
  WebAnswer Ask(const mg_connection* connection, const mg_request_info& request) const;
  void Serve(mg_connection* connection, const mg_request_info& request, RequestFraming framing);
  void Write(mg_connection* connection, const WebAnswer& answer, AnswerFraming framing);

  const HttpServerOptions options_;
  const WebHandler handler_;
  const LibraryUse library_;
  std::atomic<const ServerSockets*> published_sockets_ =
      nullptr;  // set while connections are served
  Mutex mutex_;
  std::string first_message_ CCKM_GUARDED_BY(mutex_);  // of civetweb; later ones are dropped
  std::optional<ServerSockets> sockets_;
  std::vector<int> ports_;
  ConnectionSeats seats_;
  std::optional<TlsEntrance> entrance_;  // nothing without TLS
  std::unique_ptr<mg_context, StopContext> context_;
};

// civetweb sleeps for up to two seconds before it looks whether it shall stop: its sockets wake it.
HttpServer::Impl::~Impl() {
  if (context_ == nullptr) return;
  sockets_->ShutDownAll();
  context_.reset();
  sockets_->CloseAll();  // civetweb forgets those that no thread had begun to serve
}

HttpServer::Impl& HttpServer::Impl::Of(const mg_connection* connection) {
  return *static_cast<Impl*>(mg_get_user_context_data(connection));
}

mg_callbacks HttpServer::Impl::Callbacks() {
  mg_callbacks callbacks{};
  callbacks.init_thread = OnThread;
  callbacks.external_ssl_ctx = OnTlsContext;
  callbacks.init_connection = OnConnect;
  callbacks.begin_request = OnRequest;
  callbacks.http_error = OnError;
  callbacks.connection_close = OnClose;
  callbacks.log_message = OnMessage;
  return callbacks;
}

tl::expected<void, ListenFailure> HttpServer::Impl::Start() {
  auto addresses =
      CheckListenAddresses(options_.listen_addresses, mg_check_feature(MG_FEATURES_IPV6) != 0);
  if (!addresses) return tl::make_unexpected(addresses.error());
  if (options_.hooks.tls) {
    if (auto reason = WhyNoTls()) {
      return tl::make_unexpected(ListenFailure{Join(options_.listen_addresses), *reason});
    }
    PrepareTls();
  }
  std::vector<std::string> ports;
  for (const SocketAddress& address : *addresses) {
    ports.push_back(FormatSocketAddress(address) + (entrance_ ? "s" : ""));
  }
  context_.reset(StartContext(Join(ports)));
  if (context_ != nullptr) FindPorts(std::move(*addresses));
  const MutexLock lock(mutex_);
  // A message without a failure is a thread that could not be started: too few for max_connections.
  if (context_ != nullptr && first_message_.empty()) return {};
  return tl::make_unexpected(ListenFailure{Join(options_.listen_addresses), first_message_});
}

// No option here names a file, and none may.
mg_context* HttpServer::Impl::StartContext(const std::string& ports) {
  const std::string threads = std::to_string(options_.max_connections + kSpareThreads);
  const std::string request_timeout = std::to_string(options_.request_timeout.count());
  const std::string idle_timeout = std::to_string(options_.idle_timeout.count());
  std::array<const char*, 23> options = {"listening_ports",
                                         ports.c_str(),  //
                                         "num_threads",
                                         threads.c_str(),  //
                                         "request_timeout_ms",
                                         request_timeout.c_str(),  //
                                         "keep_alive_timeout_ms",
                                         idle_timeout.c_str(),  //
                                         "enable_keep_alive",
                                         "yes",  //
                                         "tcp_nodelay",
                                         "1",  //
                                         "max_request_size",
                                         "16384",  //
                                         "listen_backlog",
                                         "1024",  //
                                         "decode_url",
                                         "no",  //
                                         "enable_auth_domain_check",
                                         "no",  //
                                         "enable_directory_listing",
                                         "no",  //
                                         nullptr};
  const mg_callbacks callbacks = Callbacks();
  const ThreadStackSize stack_size(kThreadStackBytes);
  return mg_start(&callbacks, this, options.data());
}

void HttpServer::Impl::FindPorts(std::vector<SocketAddress> addresses) {
  std::vector<mg_server_port> found(addresses.size());
  mg_get_server_ports(context_.get(), static_cast<int>(found.size()), found.data());
  for (std::size_t i = 0; i < found.size(); ++i) {
    ports_.push_back(found[i].port);
    addresses[i].SetPort(found[i].port);
  }
  published_sockets_ = &sockets_.emplace(std::move(addresses));
}

void HttpServer::Impl::PrepareTls() {
  entrance_.emplace(
      TlsEntrance::Events{.on_begin =
                              [this](void* connection, int socket) {
                                BeginTls(static_cast<const mg_connection*>(connection), socket);
                              },
                          .on_hello =
                              [this](void* connection) {
                                return ChooseTls(static_cast<const mg_connection*>(connection));
                              }});
}

// A surplus connection is shut down before a byte of its handshake was read.
void HttpServer::Impl::BeginTls(const mg_connection* connection, int socket) {
  constexpr int kAsLongAsCivetwebMayTake = 2;
  Seat* seat = SeatOf(connection);
  if (seat == nullptr || seat->is_taken) return;
  seats_.Take(*seat);
  seat->socket.number = socket;
  if (seat->is_surplus) return End(seat->socket);
  seats_.Limit(*seat, kAsLongAsCivetwebMayTake * options_.request_timeout);
}

const TlsServerContext* HttpServer::Impl::ChooseTls(const mg_connection* connection) {
  Seat* seat = SeatOf(connection);
  if (seat == nullptr || !seat->is_taken || seat->is_surplus) return nullptr;
  seat->tls = options_.hooks.tls();
  return seat->tls.get();
}

void HttpServer::Impl::End(const ConnectionSocket& socket) const {
  const ServerSockets* sockets = published_sockets_;
  if (sockets != nullptr) sockets->Drop(socket);
}

// civetweb would go on and wait for a request on it, so the socket is shut down behind its back.
// It does not tell whose connection this is before there is a request: the kernel tells by what was
// written.
void HttpServer::Impl::TurnAway(mg_connection* connection) {
  WriteBytes(connection, kSurplusAnswer);
  const ServerSockets* sockets = published_sockets_;
  if (sockets != nullptr) sockets->ShutDownWhereWritten(kSurplusAnswer.size());
}

WebAnswer HttpServer::Impl::Ask(const mg_connection* connection,
                                const mg_request_info& request) const {
  try {
    return handler_(ToWebRequest(connection, request));
  } catch (...) {
    return PlainAnswer(500);
  }
}

void HttpServer::Impl::Serve(mg_connection* connection, const mg_request_info& request,
                             RequestFraming framing) {
  const WebAnswer answer =
      framing.refusal != 0 ? PlainAnswer(framing.refusal) : Ask(connection, request);
  Write(connection, answer, {IsHead(&request), framing.keep_alive});
}

void HttpServer::Impl::Write(mg_connection* connection, const WebAnswer& answer,
                             AnswerFraming framing) {
  const WebHeaders none;
  const auto configured = options_.hooks.headers ? options_.hooks.headers() : nullptr;
  Seat& seat = *SeatOf(connection);
  const mg_request_info* request = mg_get_request_info(connection);
  if (seat.socket.port == 0 && request != nullptr) {
    seat.socket = SocketOf(*request, seat.socket.number);
  }
  seats_.Limit(seat, options_.answer_timeout);
  WriteAnswer(connection, answer, configured ? *configured : none, framing);
  seats_.Unlimit(seat);
}

// The callbacks are called by C code, which no exception may pass.  What is thrown in them is
// bad_alloc: then the connection ends without an answer.

void* HttpServer::Impl::OnThread(const mg_context* context, int thread_type) {
  constexpr int kServesConnections = 1;
  if (thread_type != kServesConnections) return nullptr;
  Impl& server = *static_cast<Impl*>(mg_get_user_data(context));
  try {
    return &server.seats_.Add();
  } catch (const std::exception&) {
    return nullptr;
  }
}

// The context stays this object's own: civetweb, which asks again when it stops, must not free it.
int HttpServer::Impl::OnTlsContext(void** context, void* self) {
  constexpr int kFailed = -1;
  constexpr int kReady = 1;
  const auto& entrance = static_cast<Impl*>(self)->entrance_;
  *context = entrance ? entrance->get() : nullptr;
  return *context != nullptr ? kReady : kFailed;
}

int HttpServer::Impl::OnConnect(const mg_connection* connection, void**) {
  Impl& server = Of(connection);
  Seat* seat = SeatOf(connection);
  if (seat == nullptr) return 0;
  if (!seat->is_taken) server.seats_.Take(*seat);  // with TLS it was when that began
  seat->may_ask = true;
  try {
    if (seat->is_surplus) server.TurnAway(const_cast<mg_connection*>(connection));
  } catch (const std::exception&) {
    return 0;
  }
  return 0;
}

int HttpServer::Impl::OnRequest(mg_connection* connection) {
  constexpr int kDone = 200;  // civetweb wants to know only that it has nothing left to do
  const Seat* seat = SeatOf(connection);
  const mg_request_info& request = *mg_get_request_info(connection);
  if (seat == nullptr || seat->is_surplus) {
    mg_disable_connection_keep_alive(connection);
    return kDone;
  }
  try {
    Of(connection).Serve(connection, request, JudgeFraming(request));
  } catch (const std::exception&) {
    mg_disable_connection_keep_alive(connection);
  }
  return kDone;
}

int HttpServer::Impl::OnError(mg_connection* connection, int status, const char*) {
  constexpr int kAnswered = 0;
  Seat* seat = SeatOf(connection);
  if (seat == nullptr || seat->is_surplus) return kAnswered;
  seat->was_refused = true;
  const mg_request_info* request = mg_get_request_info(connection);
  try {
    if (IsOfUnknownMethod(status, request)) {
      Of(connection).Serve(connection, *request, {});
    } else {
      Of(connection).Write(connection, PlainAnswer(status), {IsHead(request), false});
    }
  } catch (const std::exception&) {
    mg_disable_connection_keep_alive(connection);
  }
  return kAnswered;
}

// Where the TLS handshake failed, civetweb shows the request of the connection before.
void HttpServer::Impl::OnClose(const mg_connection* connection) {
  Impl& server = Of(connection);
  Seat* seat = SeatOf(connection);
  if (seat == nullptr || !seat->is_taken) return;
  const mg_request_info* request = mg_get_request_info(connection);
  const bool was_dropped =
      seat->may_ask && !seat->is_surplus && !seat->was_refused && IsDropped(request);
  try {
    if (was_dropped) {
      server.Write(const_cast<mg_connection*>(connection), PlainAnswer(400),
                   {IsHead(request), false});
    }
  } catch (const std::exception&) {
  }
  server.seats_.Leave(*seat);
}

int HttpServer::Impl::OnMessage(const mg_connection* connection, const char* message) {
  constexpr int kSwallowed = 1;
  if (SeatOf(connection) != nullptr) return kSwallowed;  // what a client did
  Impl& server = Of(connection);
  const MutexLock lock(server.mutex_);
  if (server.first_message_.empty()) server.first_message_ = message;
  return kSwallowed;
}

tl::expected<std::unique_ptr<HttpServer>, ListenFailure> HttpServer::Start(
    const HttpServerOptions& options, WebHandler handler) {
  auto impl = std::make_unique<Impl>(options, std::move(handler));
  const auto started = impl->Start();
  if (!started) return tl::make_unexpected(started.error());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() = default;

std::vector<int> HttpServer::Ports() const { return impl_->ports(); }

}  // namespace cckm
