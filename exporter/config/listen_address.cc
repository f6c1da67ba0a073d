#include "exporter/config/listen_address.h"

#include <optional>

#include "exporter/config/host_and_port.h"

namespace cckm {
namespace {

std::optional<ListenAddress> Parse(std::string_view text) {
  const auto parts = SplitHostAndPort(text);
  if (!parts || !parts->port) return std::nullopt;
  if (!parts->is_ipv6 && !parts->host.empty() && !IsHostName(parts->host)) return std::nullopt;
  const auto port = ParsePort(*parts->port);
  if (!port) return std::nullopt;
  return ListenAddress{parts->host, parts->is_ipv6, *port};
}

}  // namespace

tl::expected<ListenAddress, std::string> ParseListenAddress(std::string_view text) {
  auto address = Parse(text);
  if (address) return *std::move(address);
  return tl::make_unexpected(
      std::string("must be host:port, :port or [ipv6]:port with a port from 0 to 65535"));
}

}  // namespace cckm
