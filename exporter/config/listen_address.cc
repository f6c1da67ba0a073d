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

bool IsIpv6Address(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

std::optional<ListenAddress> Parse(std::string_view text) {
  const bool is_ipv6 = text.starts_with('[');
  const std::size_t colon = is_ipv6 ? text.find("]:") + 1 : text.find(':');
  if (colon == std::string_view::npos || (is_ipv6 && colon == 0)) return std::nullopt;
  std::string host(is_ipv6 ? text.substr(1, colon - 2) : text.substr(0, colon));
  const bool is_host = is_ipv6 ? IsIpv6Address(host) : host.empty() || IsHostName(host);
  const auto port = ParseNumber(text.substr(colon + 1));
  if (!is_host || !port || *port > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
  return ListenAddress{std::move(host), is_ipv6, static_cast<std::uint16_t>(*port)};
}

}  // namespace

tl::expected<ListenAddress, std::string> ParseListenAddress(std::string_view text) {
  auto address = Parse(text);
  if (address) return *std::move(address);
  return tl::make_unexpected(
      std::string("must be host:port, :port or [ipv6]:port with a port from 0 to 65535"));
}

}  // namespace cckm
