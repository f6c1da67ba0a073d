// What civetweb calls: connections that come and go, their requests, and the threads that serve
// them.

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <exception>

#include "exporter/web/civetweb_request.h"
#include "exporter/web/http_server_impl.h"
#include "exporter/web/request_head.h"

namespace cckm {
namespace {

// Null for what civetweb uses in place of a connection when there is none.
Seat* SeatOf(const mg_connection* connection) {
  return static_cast<Seat*>(mg_get_thread_pointer(connection));
}

}  // namespace

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

std::optional<std::uint64_t> HttpServer::Impl::Taken(ConnectionSocket& socket) const {
  const ServerSockets* sockets = published_sockets_;
  return sockets != nullptr ? sockets->BytesTaken(socket) : std::nullopt;
}

// civetweb would go on and wait for a request on it, so the socket is shut down behind its back.
// It does not tell whose connection this is before there is a request: the kernel tells by what was
// written.
void HttpServer::Impl::TurnAway(mg_connection* connection) {
  const std::string answer = SurplusAnswer(options_.now());
  WriteBytes(connection, answer);
  const ServerSockets* sockets = published_sockets_;
  if (sockets != nullptr) sockets->ShutDownWhereWritten(answer.size());
}

WebAnswer HttpServer::Impl::Ask(const mg_request_info& request) const {
  try {
    return handler_(ToWebRequest(request));
  } catch (...) {
    return PlainAnswer(500);
  }
}

void HttpServer::Impl::Serve(mg_connection* connection, const mg_request_info& request,
                             RequestFraming framing) {
  const WebAnswer answer = framing.refusal != 0 ? PlainAnswer(framing.refusal) : Ask(request);
  Write(connection, answer, {IsHead(&request), framing.keep_alive, options_.now()});
}

// A request that civetweb has read and does not hand over; it closes the connection behind it.
void HttpServer::Impl::ServeLast(mg_connection* connection, const mg_request_info& request) {
  RequestFraming framing = Judge(*SeatOf(connection), request);
  framing.keep_alive = false;
  Serve(connection, request, framing);
}

RequestFraming HttpServer::Impl::Judge(Seat& seat, const mg_request_info& request) {
  constexpr int kBadRequest = 400;
  const RequestFraming framing = JudgeFraming(request);
  if (MayBeStale(request, seat.buffer)) return {kBadRequest, false};
  return framing;
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
  const bool holds_a_place = answer.held_until_written != nullptr;
  seats_.Limit(seat, options_.answer_timeout,
               holds_a_place ? options_.stall_timeout : Nanoseconds(0));
  const bool is_written = WriteAnswer(connection, answer, configured ? *configured : none, framing);
  seats_.Unlimit(seat);
  if (!is_written) End(seat.socket);  // the kernel need not go on with what nobody takes
}

// The callbacks are called by C code, which no exception may pass.  What is thrown in them is
// bad_alloc: then the connection ends without an answer.

void* HttpServer::Impl::OnThread(const mg_context* context, int thread_type) {
  constexpr int kAccepts = 0;
  constexpr int kServesConnections = 1;
  Impl& server = *static_cast<Impl*>(mg_get_user_data(context));
  if (thread_type == kAccepts) {
    const MutexLock lock(server.mutex_);
    server.has_begun_ = true;
    server.begun_.notify_all();
  }
  if (thread_type != kServesConnections) return nullptr;
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
  Seat* seat = SeatOf(connection);
  const mg_request_info& request = *mg_get_request_info(connection);
  if (seat == nullptr || seat->is_surplus) {
    mg_disable_connection_keep_alive(connection);
    return kDone;
  }
  try {
    Of(connection).Serve(connection, request, Judge(*seat, request));
  } catch (const std::exception&) {
    mg_disable_connection_keep_alive(connection);
  }
  return kDone;
}

int HttpServer::Impl::OnError(mg_connection* connection, int status, const char* message) {
  constexpr int kAnswered = 0;
  Seat* seat = SeatOf(connection);
  if (seat == nullptr || seat->is_surplus) return kAnswered;
  seat->was_refused = true;
  const mg_request_info* request = mg_get_request_info(connection);
  try {
    Impl& server = Of(connection);
    if (IsOfUnreadTarget(status, message, request)) {
      server.ServeLast(connection, *request);
    } else if (IsOfUnknownMethod(status, request) && !MayBeStale(*request, seat->buffer)) {
      server.Serve(connection, *request, {});
    } else {
      server.Write(connection, PlainAnswer(status),
                   {IsHead(request), false, server.options_.now()});
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
      server.ServeLast(const_cast<mg_connection*>(connection), *request);
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

}  // namespace cckm

// This takes the place of the C library's accept(), which civetweb calls again at once where it
// failed.  While no descriptor is left for a client that waits, that would keep a processor busy.
extern "C" int accept(int listening, sockaddr* address, socklen_t* size) {
  constexpr int kPauseInMs = 50;
  const int accepted = accept4(listening, address, size, 0);
  const int error = errno;
  const bool is_short = error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
  if (accepted < 0 && is_short) poll(nullptr, 0, kPauseInMs);
  errno = error;
  return accepted;
}
