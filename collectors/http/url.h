// URLs of appliances and proxies, as people write them: taken apart by libcurl, which connects by
// them, and held to stricter rules.
//
// Thread-safety: pure functions; nothing is resolved.

#pragma once

#include <cstddef>
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

inline constexpr std::size_t kMaxUrl = 2048;  // bytes

// Reads https://host[:port][/prefix], or the same with http://.  The error is a rule that the text
// breaks; it never repeats the text, which may hold a password.
tl::expected<Url, std::string> ParseUrl(std::string_view text);

// What is wrong with an appliance's URL that ends in /api or /api/v1, which its paths begin with,
// and what to write in its place; empty for any other.
std::string RepeatedApiPath(const Url& url);

// True for what can be a name of a host or an IPv4 address, at most 253 bytes.
bool IsHostName(std::string_view text);

}  // namespace cckm
