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
  const CURLcode code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &OpenSockets::Close);
  if (code != CURLE_OK) return code;
  return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, static_cast<void*>(this));
}

void OpenSockets::ShutDownReadable() const {
  std::vector<pollfd> watched;
  for (const auto& [socket, number] : numbers_) watched.push_back({socket, POLLIN, 0});
  if (watched.empty() || ::poll(watched.data(), watched.size(), 0) <= 0) return;
  for (const pollfd& entry : watched) {
    if (entry.revents != 0) DrainAndShutDown(entry.fd);
  }
}

std::uint64_t OpenSockets::NumberOf(curl_socket_t socket) const {
  const auto found = numbers_.find(socket);
  return found == numbers_.end() ? 0 : found->second;
}

void OpenSockets::ShutDown(std::uint64_t number) const {
  for (const auto& [socket, its_number] : numbers_) {
    if (its_number == number) DrainAndShutDown(socket);
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
