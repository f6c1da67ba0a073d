// A service manager as far as sd_notify(3) needs one: the socket that NOTIFY_SOCKET names.
//
// Thread-safety: one thread at a time.

#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>

#include "collectors/base/file_descriptor.h"

namespace cckm {

// `name` is a path, or an abstract name behind an @, at most 107 bytes.
class NotifySocket {
 public:
  explicit NotifySocket(std::string name)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    if (::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address), length) != 0) {
      throw std::runtime_error("cannot bind");
    }
  }

  // Empty if there is none.
  std::string NextMessage() const {
    std::array<char, 100> buffer{};
    const ssize_t size = ::recv(socket_.number(), buffer.data(), buffer.size(), 0);
    return size < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(size));
  }

 private:
  const FileDescriptor socket_;
};

}  // namespace cckm
