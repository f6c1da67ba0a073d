#include "exporter/config/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "collectors/base/text.h"
#include "exporter/config/host_and_port.h"

namespace cckm {
namespace {

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// The characters of a path (RFC 3986 section 3.3), with complete percent-encodings and without .
// and .. segments, which a client would resolve.
bool IsPrefix(std::string_view text) {
  constexpr std::string_view kMarks = "-._~!$&'()*+,;=:@/%";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!IsAlphanumeric(text[i]) && kMarks.find(text[i]) == std::string_view::npos) return false;
    if (text[i] != '%') continue;
    if (i + 2 >= text.size() || !IsHexDigit(text[i + 1]) || !IsHexDigit(text[i + 2])) return false;
  }
  const std::string segments = std::string(text) + "/";
  return segments.find("/./") == std::string::npos && segments.find("/../") == std::string::npos;
}

struct Scheme {
  std::string_view start;
  bool is_http;
};

std::optional<Scheme> FindScheme(std::string_view text) {
  for (const Scheme scheme : {Scheme{"https://", false}, Scheme{"http://", true}}) {
    if (text.starts_with(scheme.start)) return scheme;
  }
  return std::nullopt;
}

// The rule that the part behind the scheme breaks, or empty.
std::string_view BrokenRule(std::string_view authority, std::string_view prefix) {
  if (authority.find('@') != std::string_view::npos) {
    return "must not hold a user name or password; they belong under login or authorization";
  }
  const auto parts = SplitHostAndPort(authority);
  if (!parts || (!parts->is_ipv6 && !IsHostName(parts->host))) {
    return "must name a host: a name, an IPv4 address or an IPv6 address in brackets";
  }
  if (parts->port && ParsePort(*parts->port).value_or(0) == 0) {
    return "must have a port from 1 to 65535, or none";
  }
  if (!IsPrefix(prefix)) {
    return "must have a path of plain URL characters without . and .. segments, or none";
  }
  return {};
}

}  // namespace

bool Url::IsLoopback() const {
  in_addr ipv4{};
  if (inet_pton(AF_INET, host.c_str(), &ipv4) == 1) return ntohl(ipv4.s_addr) >> 24U == 127;
  in6_addr ipv6{};
  if (inet_pton(AF_INET6, host.c_str(), &ipv6) == 1) {
    return std::memcmp(&ipv6, &in6addr_loopback, sizeof ipv6) == 0;
  }
  return host == "localhost";
}

std::string RepeatedApiPath(const Url& url) {
  const auto ends_in = [](std::string_view text, std::string_view ending) {
    return text.size() >= ending.size() &&
           std::ranges::equal(text.substr(text.size() - ending.size()), ending, {}, ToLower);
  };
  const auto without_slashes = [](std::string_view text) {
    while (text.ends_with('/')) text.remove_suffix(1);
    return text;
  };
  constexpr std::string_view kVersion = "/v1";
  constexpr std::string_view kApi = "/api";
  std::string_view rest = url.text;
  if (ends_in(rest, kVersion))
    rest = without_slashes(rest.substr(0, rest.size() - kVersion.size()));
  if (!ends_in(rest, kApi)) return {};
  rest = without_slashes(rest.substr(0, rest.size() - kApi.size()));
  if (rest.ends_with(':')) return {};  // a host of that name
  return "must end before /api, which every path of the appliance begins with: write " +
         std::string(rest);
}

tl::expected<Url, std::string> ParseUrl(std::string_view text) {
  const auto scheme = FindScheme(text);
  if (!scheme) return tl::make_unexpected("must start with https:// (or http://)");
  if (text.size() > kMaxUrl) return tl::make_unexpected("must not be longer than " + std::to_string(kMaxUrl) + " bytes");
  if (text.find_first_of("?#") != std::string_view::npos) {
    return tl::make_unexpected("must not have a query (?) or fragment (#)");
  }
  const std::string_view rest = text.substr(scheme->start.size());
  const std::string_view authority = rest.substr(0, rest.find('/'));
  std::string_view prefix = rest.substr(authority.size());
  if (const auto rule = BrokenRule(authority, prefix); !rule.empty()) {
    return tl::make_unexpected(std::string(rule));
  }
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  Url url{scheme->is_http, SplitHostAndPort(authority)->host, std::string(scheme->start)};
  url.text.append(authority).append(prefix);
  return url;
}

}  // namespace cckm
