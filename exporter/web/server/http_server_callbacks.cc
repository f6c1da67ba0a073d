// What civetweb calls: connections that come and go, their requests, and the threads that serve
// them.

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <exception>

#include "exporter/web/server/civetweb_request.h"
#include "exporter/web/server/http_server_impl.h"
#include "exporter/web/server/request_head.h"

namespace cckm {
namespace {

// Null for what civetweb uses in place of a connection when there is none.
ConnectionSlot* SlotOf(const mg_connection* connection) {
  return static_cast<ConnectionSlot*>(mg_get_thread_pointer(connection));
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

// A connection over the limit is shut down before a byte of its handshake was read.
void HttpServer::Impl::BeginTls(const mg_connection* connection, int socket) {
  constexpr int kAsLongAsCivetwebMayTake = 2;
  ConnectionSlot* slot = SlotOf(connection);
  if (slot == nullptr || slot->is_taken) return;
  slots_.Take(*slot);
  slot->socket.number = socket;
  if (slot->is_over_limit) return End(slot->socket);
  slots_.Limit(*slot, kAsLongAsCivetwebMayTake * options_.request_timeout);
}

const TlsServerContext* HttpServer::Impl::ChooseTls(const mg_connection* connection) {
  ConnectionSlot* slot = SlotOf(connection);
  if (slot == nullptr || !slot->is_taken || slot->is_over_limit) return nullptr;
  slot->tls = options_.hooks.tls();
  return slot->tls.get();
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

WebResponse HttpServer::Impl::Request(const mg_request_info& request) const {
  try {
    return handler_(ToWebRequest(request));
  } catch (...) {
    return PlainAnswer(500);
  }
}

void HttpServer::Impl::Serve(mg_connection* connection, const mg_request_info& request,
                             RequestFraming framing) {
  const WebResponse answer = framing.refusal != 0 ? PlainAnswer(framing.refusal) : Request(request);
  Write(connection, answer, {IsHead(&request), framing.keep_alive, options_.now()});
}

// A request that civetweb has read and does not hand over; it closes the connection behind it.
void HttpServer::Impl::ServeLast(mg_connection* connection, const mg_request_info& request) {
  RequestFraming framing = Judge(*SlotOf(connection), request);
  framing.keep_alive = false;
  Serve(connection, request, framing);
}

RequestFraming HttpServer::Impl::Judge(ConnectionSlot& slot, const mg_request_info& request) {
  constexpr int kBadRequest = 400;
  const RequestFraming framing = JudgeFraming(request);
  if (MayBeStale(request, slot.buffer)) return {kBadRequest, false};
  return framing;
}

void HttpServer::Impl::Write(mg_connection* connection, const WebResponse& answer,
                             AnswerFraming framing) {
  const WebHeaders none;
  const auto configured = options_.hooks.headers ? options_.hooks.headers() : nullptr;
  ConnectionSlot& slot = *SlotOf(connection);
  const mg_request_info* request = mg_get_request_info(connection);
  if (slot.socket.port == 0 && request != nullptr) {
    slot.socket = SocketOf(*request, slot.socket.number);
  }
  const bool holds_a_place = answer.held_until_written != nullptr;
  slots_.Limit(slot, options_.answer_timeout,
               holds_a_place ? options_.stall_timeout : Nanoseconds(0));
  const bool is_written = WriteAnswer(connection, answer, configured ? *configured : none, framing);
  slots_.Unlimit(slot);
  if (!is_written) End(slot.socket);  // the kernel need not go on with what nobody takes
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
    return &server.slots_.Add();
  } catch (const std::exception&) {
    return nullptr;
  }
}

// The context stays this object's own: civetweb, which asks again when it stops, must not free it.
int HttpServer::Impl::OnTlsContext(void** context, void* self) {
  constexpr int kFailed = -1;
  constexpr int kReady = 1;
  const auto& handshake_hooks = static_cast<Impl*>(self)->handshake_hooks_;
  *context = handshake_hooks ? handshake_hooks->get() : nullptr;
  return *context != nullptr ? kReady : kFailed;
}

int HttpServer::Impl::OnConnect(const mg_connection* connection, void**) {
  Impl& server = Of(connection);
  ConnectionSlot* slot = SlotOf(connection);
  if (slot == nullptr) return 0;
  if (!slot->is_taken) server.slots_.Take(*slot);  // with TLS it was when that began
  slot->may_ask = true;
  try {
    if (slot->is_over_limit) server.TurnAway(const_cast<mg_connection*>(connection));
  } catch (const std::exception&) {
  }
  return 0;
}

int HttpServer::Impl::OnRequest(mg_connection* connection) {
  constexpr int kDone = 200;  // civetweb wants to know only that it has nothing left to do
  ConnectionSlot* slot = SlotOf(connection);
  const mg_request_info& request = *mg_get_request_info(connection);
  if (slot == nullptr || slot->is_over_limit) {
    mg_disable_connection_keep_alive(connection);
    return kDone;
  }
  try {
    Of(connection).Serve(connection, request, Judge(*slot, request));
  } catch (const std::exception&) {
    mg_disable_connection_keep_alive(connection);
  }
  return kDone;
}

int HttpServer::Impl::OnError(mg_connection* connection, int status, const char* message) {
  constexpr int kAnswered = 0;
  ConnectionSlot* slot = SlotOf(connection);
  if (slot == nullptr || slot->is_over_limit) return kAnswered;
  slot->was_refused = true;
  const mg_request_info* request = mg_get_request_info(connection);
  try {
    Impl& server = Of(connection);
    if (IsOfUnreadTarget(status, message, request)) {
      server.ServeLast(connection, *request);
    } else if (IsOfUnknownMethod(status, request) && !MayBeStale(*request, slot->buffer)) {
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
  ConnectionSlot* slot = SlotOf(connection);
  if (slot == nullptr || !slot->is_taken) return;
  const mg_request_info* request = mg_get_request_info(connection);
  const bool was_dropped =
      slot->may_ask && !slot->is_over_limit && !slot->was_refused && IsDropped(request);
  try {
    if (was_dropped) {
      server.ServeLast(const_cast<mg_connection*>(connection), *request);
    }
  } catch (const std::exception&) {
  }
  server.slots_.Leave(*slot);
}

int HttpServer::Impl::OnMessage(const mg_connection* connection, const char* message) {
  constexpr int kSwallowed = 1;
  if (SlotOf(connection) != nullptr) return kSwallowed;  // what a client did
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
