#include "collectors/http/connection_progress.h"

#include <cerrno>

namespace cckm {

void ConnectionProgress::Watch(CurlSetter& setter) {
  sockets_.Watch(setter);
  void* const self = this;
  setter.Set(CURLOPT_RESOLVER_START_FUNCTION, &ConnectionProgress::OnResolve);
  setter.Set(CURLOPT_RESOLVER_START_DATA, self);
  setter.Set(CURLOPT_OPENSOCKETFUNCTION, &ConnectionProgress::OnSocket);
  setter.Set(CURLOPT_OPENSOCKETDATA, self);
  setter.Set(CURLOPT_SSL_CTX_FUNCTION, &ConnectionProgress::OnTlsContext);
  setter.Set(CURLOPT_SSL_CTX_DATA, self);
  setter.Set(CURLOPT_PREREQFUNCTION, &ConnectionProgress::OnRequest);
  setter.Set(CURLOPT_PREREQDATA, self);
}

void ConnectionProgress::Begin() {
  phase_ = ConnectionPhase::kBegun;
  socket_error_ = 0;
}

int ConnectionProgress::OnResolve(void* /*resolver*/, void* /*reserved*/, void* self) {
  static_cast<ConnectionProgress*>(self)->phase_ = ConnectionPhase::kResolving;
  return 0;
}

curl_socket_t ConnectionProgress::OnSocket(void* self, curlsocktype /*purpose*/,
                                           curl_sockaddr* address) {
  auto& progress = *static_cast<ConnectionProgress*>(self);
  progress.phase_ = ConnectionPhase::kConnecting;
  const curl_socket_t socket = progress.sockets_.Open(*address);
  progress.socket_error_ = socket == CURL_SOCKET_BAD ? errno : 0;
  return socket;
}

// An https:// proxy is met first; its answer to CONNECT comes before the handshake with the server.
CURLcode ConnectionProgress::OnTlsContext(CURL* /*easy*/, void* context, void* self) {
  auto& progress = *static_cast<ConnectionProgress*>(self);
  const bool is_proxy =
      progress.proxy_speaks_tls_ && progress.phase_ == ConnectionPhase::kConnecting;
  progress.phase_ = is_proxy ? ConnectionPhase::kProxyHandshake : ConnectionPhase::kHandshake;
  progress.peer_.Install(context, is_proxy ? Peer::kProxy : Peer::kServer);
  return CURLE_OK;
}

int ConnectionProgress::OnRequest(void* self, char* /*peer*/, char* /*local*/, int /*peer_port*/,
                                  int /*local_port*/) {
  static_cast<ConnectionProgress*>(self)->phase_ = ConnectionPhase::kExchanging;
  return CURL_PREREQFUNC_OK;
}

}  // namespace cckm
