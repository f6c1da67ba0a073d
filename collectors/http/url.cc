#include "collectors/http/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "collectors/base/text.h"
#include "collectors/http/curl_url.h"

namespace cckm {
namespace {

constexpr std::string_view kUserRule =
    "must not hold a user name or password; they belong under login or authorization";
constexpr std::string_view kHostRule =
    "must name a host: a name, an IPv4 address or an IPv6 address in brackets";
constexpr std::string_view kPortRule = "must have a port from 1 to 65535, or none";
constexpr std::string_view kPathRule =
    "must have a path of plain URL characters without . and .. segments, or none";

// libcurl would decode the one, and end the text at the other.
constexpr std::string_view kNeverInAuthority("%\0", 2);

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

// The parts of a URL as they are written.
struct Written {
  std::string_view scheme;  // with ://
  std::string_view authority;
  std::string_view path;
};

// Nothing of a text with another scheme.
Written Split(std::string_view text) {
  constexpr std::array<std::string_view, 2> kSchemes = {"https://", "http://"};
  const auto* const scheme = std::ranges::find_if(
      kSchemes, [text](std::string_view start) { return text.starts_with(start); });
  if (scheme == kSchemes.end()) return {};
  const std::string_view rest = text.substr(scheme->size());
  const std::string_view authority = rest.substr(0, rest.find('/'));
  return {*scheme, authority, rest.substr(authority.size())};
}

// Whether the port is to blame for an authority that libcurl finds no port in.
bool HasPort(std::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  if (bracket != std::string_view::npos) return authority.substr(bracket + 1).starts_with(':');
  return std::ranges::count(authority, ':') == 1;
}

// Without the brackets of an IPv6 address.
std::string HostOf(const CurlUrl& url) {
  std::string host = PartOf(url, CURLUPART_HOST);
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

// What libcurl takes for the host, the port and the path has to be what everybody reads there.
std::string_view BrokenRule(const CurlUrl& url, const Written& written) {
  const std::string path = PartOf(url, CURLUPART_PATH);
  if (path != (written.path.empty() ? "/" : written.path)) return kHostRule;
  const bool is_ipv6 = written.authority.starts_with('[');
  if (!is_ipv6 && !IsHostName(HostOf(url))) return kHostRule;
  if (written.authority.ends_with(':') || PartOf(url, CURLUPART_PORT) == "0") return kPortRule;
  return {};
}

// The rule that the parts break, or empty.
std::string_view BrokenRule(const std::string& text, const Written& written) {
  if (written.authority.find('@') != std::string_view::npos) return kUserRule;
  if (written.authority.find_first_of(kNeverInAuthority) != std::string_view::npos) {
    return kHostRule;
  }
  if (!written.authority.empty() && !IsPrefix(written.path)) return kPathRule;
  CurlUrl url(curl_url());
  const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0);
  if (code == CURLUE_BAD_PORT_NUMBER && HasPort(written.authority)) return kPortRule;
  return code == CURLUE_OK ? BrokenRule(url, written) : kHostRule;
}

bool IsNameCharacter(char c) { return IsAlphanumeric(c) || c == '-' || c == '_' || c == '.'; }

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
  const auto without_slashes = [](std::string_view text) {
    while (text.ends_with('/')) text.remove_suffix(1);
    return text;
  };
  constexpr std::string_view kVersion = "/v1";
  constexpr std::string_view kApi = "/api";
  std::string_view rest = url.text;
  if (EndsWithoutCase(rest, kVersion)) {
    rest = without_slashes(rest.substr(0, rest.size() - kVersion.size()));
  }
  if (!EndsWithoutCase(rest, kApi)) return {};
  rest = without_slashes(rest.substr(0, rest.size() - kApi.size()));
  if (rest.ends_with(':')) return {};  // a host of that name
  return "must end before /api, which every path of the appliance begins with: write " +
         std::string(rest);
}

tl::expected<Url, std::string> ParseUrl(std::string_view text) {
  Written written = Split(text);
  if (written.scheme.empty()) return tl::make_unexpected("must start with https:// (or http://)");
  if (text.size() > kMaxUrl) {
    return tl::make_unexpected("must not be longer than " + std::to_string(kMaxUrl) + " bytes");
  }
  if (text.find_first_of("?#") != std::string_view::npos) {
    return tl::make_unexpected("must not have a query (?) or fragment (#)");
  }
  if (const auto rule = BrokenRule(std::string(text), written); !rule.empty()) {
    return tl::make_unexpected(std::string(rule));
  }
  while (written.path.ends_with('/')) written.path.remove_suffix(1);
  Url url{.is_http = written.scheme == "http://", .host = {}, .text = std::string(written.scheme)};
  url.text.append(written.authority).append(written.path);
  url.host = HostOf(ReadCurlUrl(url.text));
  return url;
}

bool IsHostName(std::string_view text) {
  constexpr std::size_t kMaxHost = 253;
  return !text.empty() && text.size() <= kMaxHost && std::ranges::all_of(text, IsNameCharacter) &&
         text.front() != '.' && text.front() != '-' && text.find("..") == std::string_view::npos;
}

}  // namespace cckm
