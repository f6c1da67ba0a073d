#include "tests/support/fakes/wire.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>

namespace cckm {

Wire::Wire(FileDescriptor socket) : socket_(std::move(socket)) {
  const timeval longest{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(socket_.number(), SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
}

bool Wire::StartTls(SSL_CTX* context) {
  tls_.reset(SSL_new(context));
  return tls_ && SSL_set_fd(tls_.get(), socket_.number()) == 1 && SSL_accept(tls_.get()) == 1;
}

std::optional<std::string> Wire::Read() {
  std::array<char, 16384> bytes;
  const auto count =
      tls_ ? ssize_t{SSL_read(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))}
           : ::recv(socket_.number(), bytes.data(), bytes.size(), 0);
  if (count <= 0) return std::nullopt;
  return std::string(bytes.data(), static_cast<std::size_t>(count));
}

bool Wire::Send(std::string_view bytes) {
  if (tls_) {
    return bytes.empty() || SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool Wire::Drip(std::string_view bytes, std::chrono::milliseconds between_bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (!Send(bytes.substr(i, 1)) || !Pause(between_bytes)) return false;
  }
  return true;
}

bool Wire::Pause(std::chrono::milliseconds length) {
  return !WaitForEnd(static_cast<int>(length.count()));
}

void Wire::Hang() { WaitForEnd(-1); }

bool Wire::WaitForEnd(int milliseconds) const {
  pollfd entry{socket_.number(), POLLRDHUP, 0};
  return ::poll(&entry, 1, milliseconds) != 0;
}

void Wire::CloseWillReset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void Wire::Close() {
  if (tls_ && SSL_is_init_finished(tls_.get()) != 0) SSL_shutdown(tls_.get());
  tls_.reset();
  socket_ = FileDescriptor(-1);
}

void Wire::Abort() const { ::shutdown(socket_.number(), SHUT_RDWR); }

}  // namespace cckm
