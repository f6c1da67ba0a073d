#include "exporter/config/host_and_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstddef>
#include <limits>

#include "exporter/config/numbers.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxHost = 253;

bool IsIpv6Address(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool IsNameCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_' || c == '.';
}

}  // namespace

std::optional<HostAndPort> SplitHostAndPort(std::string_view text) {
  HostAndPort parts;
  parts.is_ipv6 = text.starts_with('[');
  if (parts.is_ipv6) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    parts.host = text.substr(1, close - 1);
    if (!IsIpv6Address(parts.host)) return std::nullopt;
    text.remove_prefix(close + 1);
  } else {
    parts.host = text.substr(0, text.find(':'));
    text.remove_prefix(parts.host.size());
  }
  if (text.empty()) return parts;
  if (!text.starts_with(':')) return std::nullopt;
  parts.port = text.substr(1);
  return parts;
}

bool IsHostName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxHost && std::ranges::all_of(text, IsNameCharacter) &&
         text.front() != '.' && text.front() != '-' && text.find("..") == std::string_view::npos;
}

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  const auto port = ParseNumber(text);
  if (!port || *port > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

}  // namespace cckm
