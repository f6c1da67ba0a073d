// Addresses that people write: URLs of appliances and addresses to listen on.
//
// Thread-safety: pure functions; nothing is resolved.

#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace cckm {

struct Url {
  bool is_http = false;  // http:// rather than https://
  std::string host;      // without brackets; a name, an IPv4 or an IPv6 address
  std::string text;      // scheme://host[:port][/prefix] without trailing slashes

  // True for localhost, 127.0.0.0/8 and ::1.
  bool IsLoopback() const;
};

// Reads https://host[:port][/prefix], or the same with http://.  The error is a rule that the text
// breaks; it never repeats the text, which may hold a password.
tl::expected<Url, std::string> ParseUrl(std::string_view text);

// True for host:port, :port and [ipv6]:port with a port of 0 to 65535; 0 asks for any free port.
bool IsValidListenAddress(std::string_view text);

}  // namespace cckm
