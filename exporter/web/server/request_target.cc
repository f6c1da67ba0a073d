#include "exporter/web/server/request_target.h"
#include "collectors/base/text.h"

#include <algorithm>
#include <array>

namespace cckm {
namespace {

// RFC 3986: what a registered name or an IPv4 address may have, percent signs included.
constexpr std::string_view kHostLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%!$&'()*+,;=";
constexpr std::string_view kBracketLetters = "ABCDEFabcdef0123456789:.";

bool IsOnlyOf(std::string_view text, std::string_view letters) {
  return text.find_first_not_of(letters) == std::string_view::npos;
}

// The length of the host that the text begins with; npos where it is none.
std::size_t HostLength(std::string_view text) {
  if (!text.starts_with('[')) {
    const std::size_t length = std::min(text.find(':'), text.size());
    return IsOnlyOf(text.substr(0, length), kHostLetters) ? length : std::string_view::npos;
  }
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos || end == 1) return std::string_view::npos;
  return IsOnlyOf(text.substr(1, end - 1), kBracketLetters) ? end + 1 : std::string_view::npos;
}

std::string_view WithoutQuery(std::string_view target) {
  return target.substr(0, target.find('?'));
}

// What follows the scheme and its `://`.
std::optional<std::string_view> AfterScheme(std::string_view target) {
  constexpr std::array<std::string_view, 2> kStarts = {"http://", "https://"};
  for (const std::string_view start : kStarts) {
    const std::string_view beginning = target.substr(0, start.size());
    if (EqualsWithoutCase(beginning, start)) return target.substr(start.size());
  }
  return std::nullopt;
}

// A host with an optional port.
bool IsHostAndPort(std::string_view text) {
  const std::size_t host = HostLength(text);
  if (host == std::string_view::npos || host == 0) return false;
  const std::string_view port = text.substr(host);
  return port.empty() || (port.front() == ':' && IsOnlyOf(port.substr(1), kDigits));
}

}  // namespace

std::optional<RequestTarget> ParseRequestTarget(std::string_view target) {
  if (target.starts_with('/')) return RequestTarget{WithoutQuery(target), {}};
  const auto rest = AfterScheme(target);
  if (!rest) return std::nullopt;
  const std::size_t end = std::min(rest->find_first_of("/?"), rest->size());
  const std::string_view authority = rest->substr(0, end);
  if (!IsHostAndPort(authority)) return std::nullopt;
  const std::string_view path = WithoutQuery(rest->substr(end));
  return RequestTarget{path.empty() ? std::string_view("/") : path, authority};
}

}  // namespace cckm
