// What `--web.listen-address` can say.
//
// Thread-safety: a pure function; nothing is resolved.

#pragma once

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

// Reads host:port, :port or [ipv6]:port.  Fails with what is allowed, without repeating `text`.
tl::expected<ListenAddress, std::string> ParseListenAddress(std::string_view text);

}  // namespace cckm
