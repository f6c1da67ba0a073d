#include "collectors/http/open_sockets.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <vector>

namespace cckm {
namespace {

// What is left to read would make libcurl take the socket for alive.
void DrainAndShutDown(int socket) {
  std::array<char, 16384> bytes;
  for (int parts = 0; parts < 64; ++parts) {
    if (::recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT) <= 0) break;
  }
  ::shutdown(socket, SHUT_RDWR);
}

}  // namespace

CURLcode OpenSockets::Watch(CURL* easy) {
  CURLcode result = CURLE_OK;
  const auto set = [&](CURLoption option, auto value) {
    if (result == CURLE_OK) result = curl_easy_setopt(easy, option, value);
  };
  set(CURLOPT_OPENSOCKETFUNCTION, &OpenSockets::Open);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_CLOSESOCKETFUNCTION, &OpenSockets::Close);
  set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(this));
  return result;
}

void OpenSockets::ShutDownReadable() const {
  std::vector<pollfd> watched;
  for (const curl_socket_t socket : sockets_) watched.push_back({socket, POLLIN, 0});
  if (watched.empty() || ::poll(watched.data(), watched.size(), 0) <= 0) return;
  for (const pollfd& entry : watched) {
    if (entry.revents != 0) DrainAndShutDown(entry.fd);
  }
}

curl_socket_t OpenSockets::Open(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
  const int socket = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (socket < 0) return CURL_SOCKET_BAD;
  static_cast<OpenSockets*>(self)->sockets_.insert(socket);
  return socket;
}

int OpenSockets::Close(void* self, curl_socket_t socket) {
  static_cast<OpenSockets*>(self)->sockets_.erase(socket);
  return ::close(socket);
}

}  // namespace cckm
