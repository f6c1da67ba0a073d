// What `--web.listen-address` can say, and the socket address that it means.
//
// Thread-safety: pure functions; ResolveListenAddress may ask the name service and wait for it.

#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace cckm {

struct ListenAddress {
  std::string host;        // empty: all IPv4 addresses of the host
  bool is_ipv6 = false;    // `host` was written in brackets, which are cut off
  std::uint16_t port = 0;  // 0: any free one
};

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  const sockaddr* get() const;
  int port() const;
  void SetPort(int port);
};

// Reads host:port, :port or [ipv6]:port.  Fails with what is wrong, without repeating `text`.
tl::expected<ListenAddress, std::string> ParseListenAddress(std::string_view text);

// A name means its first IPv4 address, a host in brackets that IPv6 address.  Fails with the
// reason.
tl::expected<SocketAddress, std::string> ResolveListenAddress(const ListenAddress& address);

// In numbers, as 127.0.0.1:9847 or [::1]:9847.
std::string FormatSocketAddress(const SocketAddress& address);

}  // namespace cckm
