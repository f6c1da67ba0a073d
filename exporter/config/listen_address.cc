#include "exporter/config/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstddef>
#include <limits>
#include <optional>

#include "collectors/http/url.h"
#include "exporter/config/numbers.h"

namespace cckm {
namespace {

struct HostAndPort {
  std::string host;  // without brackets; what stood in brackets is an IPv6 address
  bool is_ipv6 = false;
  std::string_view port;  // what follows the colon
};

bool IsIpv6Address(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

// Nothing where there is no colon, or brackets do not match or hold no IPv6 address.
std::optional<HostAndPort> Split(std::string_view text) {
  HostAndPort parts;
  parts.is_ipv6 = text.starts_with('[');
  const std::size_t colon = parts.is_ipv6 ? text.find("]:") + 1 : text.find(':');
  if (colon == 0 && parts.is_ipv6) return std::nullopt;
  if (colon == std::string_view::npos) return std::nullopt;
  parts.host = parts.is_ipv6 ? text.substr(1, colon - 2) : text.substr(0, colon);
  parts.port = text.substr(colon + 1);
  if (parts.is_ipv6 && !IsIpv6Address(parts.host)) return std::nullopt;
  return parts;
}

std::optional<ListenAddress> Parse(std::string_view text) {
  auto parts = Split(text);
  if (!parts) return std::nullopt;
  if (!parts->is_ipv6 && !parts->host.empty() && !IsHostName(parts->host)) return std::nullopt;
  const auto port = ParseNumber(parts->port);
  if (!port || *port > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
  return ListenAddress{std::move(parts->host), parts->is_ipv6, static_cast<std::uint16_t>(*port)};
}

}  // namespace

tl::expected<ListenAddress, std::string> ParseListenAddress(std::string_view text) {
  auto address = Parse(text);
  if (address) return *std::move(address);
  return tl::make_unexpected(
      std::string("must be host:port, :port or [ipv6]:port with a port from 0 to 65535"));
}

}  // namespace cckm
