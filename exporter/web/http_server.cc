#include "exporter/web/http_server.h"

#include <civetweb.h>

#include <array>
#include <atomic>
#include <exception>
#include <new>
#include <optional>

#include "collectors/base/mutex.h"
#include "exporter/web/answer_writer.h"
#include "exporter/web/listen_check.h"
#include "exporter/web/request_framing.h"
#include "exporter/web/server_sockets.h"
#include "exporter/web/thread_stack_size.h"

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

// What civetweb keeps for us with each connection.
struct Connection {
  bool is_surplus = false;
  bool was_refused = false;  // http_error has answered
};

Connection* DataOf(const mg_connection* connection) {
  return static_cast<Connection*>(mg_get_user_connection_data(connection));
}

std::string_view HeaderOf(const mg_connection* connection, const char* name) {
  const char* value = mg_get_header(connection, name);
  return value != nullptr ? std::string_view(value) : std::string_view();
}

std::string_view PathOf(const mg_request_info& request) {
  const std::string_view target(request.request_uri);
  return target.substr(0, target.find('?'));
}

bool IsHead(const mg_request_info* request) {
  return request != nullptr && request->request_method != nullptr &&
         std::string_view(request->request_method) == "HEAD";
}

// civetweb gives up on a method that it does not know after it has read the request line and before
// it reads the headers.  Its other reasons for 400 leave one of these unset.
bool IsOfUnknownMethod(int status, const mg_request_info* request) {
  return status == 400 && request != nullptr && request->request_method != nullptr &&
         request->request_uri != nullptr && request->request_uri[0] == '/' &&
         request->http_version != nullptr && request->num_headers == 0 &&
         !std::string_view(request->http_version).starts_with("HTTP/");
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
      : options_(options), handler_(std::move(handler)) {}
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  tl::expected<void, ListenFailure> Start();
  const std::vector<int>& ports() const { return ports_; }

 private:
  static mg_callbacks Callbacks();
  static Impl& Of(const mg_connection* connection);
  static int OnConnect(const mg_connection* connection, void** data);
  static int OnRequest(mg_connection* connection);
  static int OnError(mg_connection* connection, int status, const char* message);
  static void OnClose(const mg_connection* connection);
  static int OnMessage(const mg_connection* connection, const char* message);

  mg_context* StartContext(const std::string& ports);
  void FindPorts(std::vector<SocketAddress> addresses);
  bool Admit();
  void TurnAway(mg_connection* connection);
  WebAnswer Ask(const mg_connection* connection, const mg_request_info& request) const;
  void Serve(mg_connection* connection, const mg_request_info& request, RequestFraming framing);

  const HttpServerOptions options_;
  const WebHandler handler_;
  const LibraryUse library_;
  std::atomic<std::size_t> held_connections_ = 0;
  std::atomic<const ServerSockets*> published_sockets_ =
      nullptr;  // set while connections are served
  Mutex mutex_;
  std::string first_message_ CCKM_GUARDED_BY(mutex_);  // of civetweb; later ones are dropped
  std::optional<ServerSockets> sockets_;
  std::vector<int> ports_;
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
  std::vector<std::string> ports;
  for (const SocketAddress& address : *addresses) ports.push_back(FormatSocketAddress(address));
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

bool HttpServer::Impl::Admit() {
  if (held_connections_.fetch_add(1) < options_.max_connections) return true;
  held_connections_.fetch_sub(1);
  return false;
}

// civetweb would go on and wait for a request on it, so the socket is shut down behind its back.
void HttpServer::Impl::TurnAway(mg_connection* connection) {
  WriteBytes(connection, kSurplusAnswer);
  const ServerSockets* sockets = published_sockets_;
  if (sockets != nullptr) sockets->ShutDownWhereWritten(kSurplusAnswer.size());
}

WebAnswer HttpServer::Impl::Ask(const mg_connection* connection,
                                const mg_request_info& request) const {
  try {
    return handler_({request.request_method, PathOf(request), HeaderOf(connection, "Accept"),
                     HeaderOf(connection, "Accept-Encoding")});
  } catch (...) {
    return PlainAnswer(500);
  }
}

void HttpServer::Impl::Serve(mg_connection* connection, const mg_request_info& request,
                             RequestFraming framing) {
  const WebAnswer answer =
      framing.refusal != 0 ? PlainAnswer(framing.refusal) : Ask(connection, request);
  WriteAnswer(connection, answer, {IsHead(&request), framing.keep_alive});
}

// The callbacks are called by C code, which no exception may pass.  What is thrown in them is
// bad_alloc: then the connection ends without an answer.

int HttpServer::Impl::OnConnect(const mg_connection* connection, void** data) {
  Impl& server = Of(connection);
  auto* state = new (std::nothrow) Connection;
  *data = state;
  if (state == nullptr) return 0;
  state->is_surplus = !server.Admit();
  try {
    if (state->is_surplus) server.TurnAway(const_cast<mg_connection*>(connection));
  } catch (const std::exception&) {
    return 0;
  }
  return 0;
}

int HttpServer::Impl::OnRequest(mg_connection* connection) {
  constexpr int kDone = 200;  // civetweb wants to know only that it has nothing left to do
  const Connection* state = DataOf(connection);
  const mg_request_info& request = *mg_get_request_info(connection);
  if (state == nullptr || state->is_surplus) {
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
  Connection* state = DataOf(connection);
  if (state == nullptr || state->is_surplus) return kAnswered;
  state->was_refused = true;
  const mg_request_info* request = mg_get_request_info(connection);
  try {
    if (IsOfUnknownMethod(status, request)) {
      Of(connection).Serve(connection, *request, {});
    } else {
      WriteAnswer(connection, PlainAnswer(status), {IsHead(request), false});
    }
  } catch (const std::exception&) {
    mg_disable_connection_keep_alive(connection);
  }
  return kAnswered;
}

// civetweb drops a request whose target is `*` or names another server without a word.
void HttpServer::Impl::OnClose(const mg_connection* connection) {
  const std::unique_ptr<Connection> state(DataOf(connection));
  if (state == nullptr || state->is_surplus) return;
  const mg_request_info* request = mg_get_request_info(connection);
  const bool was_dropped = !state->was_refused && request != nullptr &&
                           request->request_uri != nullptr && request->local_uri == nullptr;
  try {
    if (was_dropped) {
      WriteAnswer(const_cast<mg_connection*>(connection), PlainAnswer(400),
                  {IsHead(request), false});
    }
  } catch (const std::exception&) {
  }
  Of(connection).held_connections_.fetch_sub(1);
}

int HttpServer::Impl::OnMessage(const mg_connection* connection, const char* message) {
  constexpr int kSwallowed = 1;
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
