// The context that civetweb makes its TLS connections of, and the two moments at which each is told
// what it is: when its handshake begins, and when the client has said hello.
//
// civetweb takes one context at its start and keeps it.  Certificates, versions and clients' rights
// change meanwhile, so they are given to each connection after its ClientHello.  No session is
// resumed: what a former configuration granted ends with the connection.
//
// Used by http_server.cc.  Thread-safety: the events happen on many threads at once.

#pragma once

#include <openssl/ssl.h>

#include <functional>

#include "exporter/web/server/tls_server_context.h"

namespace cckm {

class TlsHandshakeHooks {
 public:
  // `connection` is what civetweb set as the connection's application data.
  struct Events {
    // Nothing was read from the socket yet; what to do with an unwanted one is to shut it down.
    std::function<void(void* connection, int socket)> on_begin;
    // What the connection shall be, to be kept until its handshake is over; null ends it.
    std::function<const TlsServerContext*(void* connection)> on_hello;
  };

  explicit TlsHandshakeHooks(Events events);
  TlsHandshakeHooks(const TlsHandshakeHooks&) = delete;
  TlsHandshakeHooks& operator=(const TlsHandshakeHooks&) = delete;

  // Null if OpenSSL has no memory for one.
  SSL_CTX* get() const { return context_.get(); }

 private:
  static void OnInfo(const SSL* connection, int where, int result);
  static int OnHello(SSL* connection, int* problem, void* self);

  const Events events_;
  const TlsContext context_;
};

}  // namespace cckm
