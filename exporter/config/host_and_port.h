// A host with a port, as it stands in URLs and in addresses to listen on.
//
// For the readers of such texts in this library.  Thread-safety: pure functions; nothing is
// resolved.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cckm {

struct HostAndPort {
  std::string host;  // without brackets; what stood in brackets is an IPv6 address
  bool is_ipv6 = false;
  std::optional<std::string_view> port;  // what follows the colon, a part of the text taken apart
};

// Takes host:port apart; nothing where brackets do not match or hold no IPv6 address.  A host
// without brackets and the port may be anything.
std::optional<HostAndPort> SplitHostAndPort(std::string_view text);

// True for what can be a name of a host or an IPv4 address, at most 253 bytes.
bool IsHostName(std::string_view text);

// Reads a number from 0 to 65535 in digits alone.
std::optional<std::uint16_t> ParsePort(std::string_view text);

}  // namespace cckm
