// The socket address that an address to listen on means.
//
// Thread-safety: pure functions; ResolveListenAddress may ask the name service and wait for it.

#pragma once

#include <sys/socket.h>

#include <string>
#include <tl/expected.hpp>

#include "exporter/config/listen_address.h"

namespace cckm {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  const sockaddr* get() const;
  int port() const;
  void SetPort(int port);
};

// A name means its first IPv4 address, a host in brackets that IPv6 address.  Fails with the
// reason.
tl::expected<SocketAddress, std::string> ResolveListenAddress(const ListenAddress& address);

// In numbers, as 127.0.0.1:9847 or [::1]:9847.
std::string FormatSocketAddress(const SocketAddress& address);

}  // namespace cckm
