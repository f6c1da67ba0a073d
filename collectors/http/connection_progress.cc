#include "collectors/http/connection_progress.h"

#include <cerrno>

namespace cckm {

CURLcode ConnectionProgress::Watch(CURL* easy) {
  CURLcode result = sockets_.Watch(easy);
  const auto set = [&](CURLoption option, auto value) {
    if (result == CURLE_OK) result = curl_easy_setopt(easy, option, value);
  };
  void* const self = this;
  set(CURLOPT_RESOLVER_START_FUNCTION, &ConnectionProgress::OnResolve);
  set(CURLOPT_RESOLVER_START_DATA, self);
  set(CURLOPT_OPENSOCKETFUNCTION, &ConnectionProgress::OnSocket);
  set(CURLOPT_OPENSOCKETDATA, self);
  set(CURLOPT_SSL_CTX_FUNCTION, &ConnectionProgress::OnTlsContext);
  set(CURLOPT_SSL_CTX_DATA, self);
  set(CURLOPT_PREREQFUNCTION, &ConnectionProgress::OnRequest);
  set(CURLOPT_PREREQDATA, self);
  return result;
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
