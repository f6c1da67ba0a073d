#include "exporter/web/server/tls_handshake_hooks.h"

#include <utility>

namespace cckm {
namespace {

// A client cannot make this side compute more than one handshake a connection; what the client
// sent compressed would tell of what is secret beside it.
constexpr auto kOptions =
    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET | SSL_OP_NO_SSLv3;
// civetweb writes a long body in one piece: without the first mode it could not tell a slow reader
// from one that does not read at all.  Idle connections need no buffers.
constexpr long kModes =
    SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS;

}  // namespace

TlsHandshakeHooks::TlsHandshakeHooks(Events events)
    : events_(std::move(events)), context_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX* context = context_.get();
  if (context == nullptr) return;
  SSL_CTX_set_options(context, kOptions);
  SSL_CTX_set_mode(context, kModes);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_app_data(context, this);
  SSL_CTX_set_info_callback(context, &OnInfo);
  SSL_CTX_set_client_hello_cb(context, &OnHello, this);
}

// Both are called by C code, which no exception may pass.

void TlsHandshakeHooks::OnInfo(const SSL* connection, int where, int /*result*/) {
  if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
  auto* self = static_cast<TlsHandshakeHooks*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
  if (self == nullptr) return;
  try {
    self->events_.on_begin(SSL_get_app_data(connection), SSL_get_fd(connection));
  } catch (...) {  // the handshake finds that nothing was begun, and ends
  }
}

int TlsHandshakeHooks::OnHello(SSL* connection, int* problem, void* self) {
  const Events& events = static_cast<TlsHandshakeHooks*>(self)->events_;
  *problem = SSL_AD_INTERNAL_ERROR;
  try {
    const TlsServerContext* context = events.on_hello(SSL_get_app_data(connection));
    if (context != nullptr && context->ApplyTo(connection)) return SSL_CLIENT_HELLO_SUCCESS;
  } catch (...) {  // out of memory
  }
  return SSL_CLIENT_HELLO_ERROR;
}

}  // namespace cckm
