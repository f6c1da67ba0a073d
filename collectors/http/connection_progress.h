// How far the connection of a transfer has come, as libcurl's callbacks tell it: the phase in which
// a transfer fails says more of the reason than libcurl's result code.
//
// Only this library may include this.  Thread-safety: belongs to the thread of its client.

#pragma once

#include <curl/curl.h>

#include <cstdint>

#include "collectors/http/open_sockets.h"
#include "collectors/http/peer_certificate.h"

namespace cckm {

enum class ConnectionPhase : std::uint8_t {
  kBegun,           // nothing was done yet that could be told
  kResolving,       // a name server was asked for the host, or for the proxy where there is one
  kConnecting,      // a socket was opened; with a proxy, until it has opened a tunnel
  kProxyHandshake,  // TLS with the proxy, and the request for a tunnel
  kHandshake,       // TLS with the server
  kExchanging,      // the request is on its way, on this connection or a kept one
};

class ConnectionProgress {
 public:
  // `sockets` and `peer` outlive the connections.  `proxy_speaks_tls`: there is an https:// proxy.
  ConnectionProgress(OpenSockets& sockets, PeerCertificate& peer, bool proxy_speaks_tls)
      : sockets_(sockets), peer_(peer), proxy_speaks_tls_(proxy_speaks_tls) {}
  ConnectionProgress(const ConnectionProgress&) = delete;
  ConnectionProgress& operator=(const ConnectionProgress&) = delete;

  // Makes the transfers of a handle tell this object.  REQUIRES: this outlives the handle.
  void Watch(CurlSetter& setter);

  // A transfer begins.
  void Begin();

  ConnectionPhase phase() const { return phase_; }

  // Why the system gave no socket, as errno has it; 0 where it gave one.
  int socket_error() const { return socket_error_; }

 private:
  static int OnResolve(void* resolver, void* reserved, void* self);
  static curl_socket_t OnSocket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static CURLcode OnTlsContext(CURL* easy, void* context, void* self);
  static int OnRequest(void* self, char* peer, char* local, int peer_port, int local_port);

  OpenSockets& sockets_;
  PeerCertificate& peer_;
  const bool proxy_speaks_tls_;

  ConnectionPhase phase_ = ConnectionPhase::kBegun;
  int socket_error_ = 0;
};

}  // namespace cckm
