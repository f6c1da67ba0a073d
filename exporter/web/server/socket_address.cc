#include "exporter/web/server/socket_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "collectors/base/free_with.h"

namespace cckm {
namespace {

template <typename Address>
Address As(const sockaddr_storage& storage) {
  Address address{};
  std::memcpy(&address, &storage, sizeof(address));
  return address;
}

}  // namespace

const sockaddr* SocketAddress::get() const { return reinterpret_cast<const sockaddr*>(&storage); }

int SocketAddress::port() const {
  return storage.ss_family == AF_INET6 ? ntohs(As<sockaddr_in6>(storage).sin6_port)
                                       : ntohs(As<sockaddr_in>(storage).sin_port);
}

void SocketAddress::SetPort(int port) {
  const in_port_t number = htons(static_cast<std::uint16_t>(port));
  const std::size_t place = storage.ss_family == AF_INET6 ? offsetof(sockaddr_in6, sin6_port)
                                                          : offsetof(sockaddr_in, sin_port);
  std::memcpy(reinterpret_cast<char*>(&storage) + place, &number, sizeof(number));
}

tl::expected<SocketAddress, std::string> ResolveListenAddress(const ListenAddress& address) {
  addrinfo wanted{};
  wanted.ai_family = address.is_ipv6 ? AF_INET6 : AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV | (address.is_ipv6 ? AI_NUMERICHOST : 0);
  addrinfo* list = nullptr;
  const char* host = address.host.empty() ? nullptr : address.host.c_str();
  const std::string port = std::to_string(address.port);
  const int error = ::getaddrinfo(host, port.c_str(), &wanted, &list);
  if (error != 0) {
    const std::string reason =
        address.is_ipv6 ? "it is no IPv6 address: " : "it cannot be resolved to an IPv4 address: ";
    return tl::make_unexpected(reason + ::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, FreeWith<&::freeaddrinfo>> found(list);
  SocketAddress resolved;
  std::memcpy(&resolved.storage, found->ai_addr, found->ai_addrlen);
  resolved.length = found->ai_addrlen;
  return resolved;
}

std::string FormatSocketAddress(const SocketAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> host{};
  const std::string port = ":" + std::to_string(address.port());
  if (address.storage.ss_family == AF_INET6) {
    const auto ipv6 = As<sockaddr_in6>(address.storage);
    ::inet_ntop(AF_INET6, &ipv6.sin6_addr, host.data(), host.size());
    return "[" + std::string(host.data()) + "]" + port;
  }
  const auto ipv4 = As<sockaddr_in>(address.storage);
  ::inet_ntop(AF_INET, &ipv4.sin_addr, host.data(), host.size());
  return host.data() + port;
}

}  // namespace cckm
