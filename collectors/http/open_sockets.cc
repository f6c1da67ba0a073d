#include "collectors/http/open_sockets.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

namespace cckm {

void OpenSockets::Watch(CurlSetter& setter) {
  setter.Set(CURLOPT_CLOSESOCKETFUNCTION, &OpenSockets::Close);
  setter.Set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(this));
}

void OpenSockets::ShutDownReadable() const {
  std::vector<pollfd> watched;
  for (const auto& [socket, number] : numbers_) watched.push_back({socket, POLLIN, 0});
  if (watched.empty() || ::poll(watched.data(), watched.size(), 0) <= 0) return;
  for (const pollfd& entry : watched) {
    if (entry.revents != 0) ::shutdown(entry.fd, SHUT_RDWR);
  }
}

std::uint64_t OpenSockets::NumberOf(curl_socket_t socket) const {
  const auto found = numbers_.find(socket);
  return found == numbers_.end() ? 0 : found->second;
}

void OpenSockets::ShutDown(std::uint64_t number) const {
  for (const auto& [socket, its_number] : numbers_) {
    if (its_number == number) ::shutdown(socket, SHUT_RDWR);
  }
}

curl_socket_t OpenSockets::Open(const curl_sockaddr& address) {
  const int socket = ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
  if (socket < 0) return CURL_SOCKET_BAD;
  numbers_[socket] = ++opened_;
  return socket;
}

int OpenSockets::Close(void* self, curl_socket_t socket) {
  static_cast<OpenSockets*>(self)->numbers_.erase(socket);
  return ::close(socket);
}

}  // namespace cckm
