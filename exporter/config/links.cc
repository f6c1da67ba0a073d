#include "exporter/config/links.h"

#include <algorithm>
#include <optional>

#include "collectors/base/text.h"
#include "collectors/http/url.h"

namespace cckm {
namespace {

// A piece of a URL: text, or the index of a placeholder.
struct Piece {
  std::string_view text;
  std::optional<std::size_t> placeholder = {};
};

// Takes the next piece off `rest`, which is not empty; none where a brace is out of place.
std::optional<Piece> TakePiece(std::string_view& rest) {
  const std::size_t brace = std::min(rest.find_first_of("{}"), rest.size());
  if (brace != 0) return Piece{TakeFirst(rest, brace)};
  const std::size_t end = rest.find('}');
  if (rest.front() == '}' || end == std::string_view::npos) return std::nullopt;
  const auto* const name = std::ranges::find(kLinkPlaceholders, rest.substr(1, end - 1));
  if (name == kLinkPlaceholders.end()) return std::nullopt;
  rest.remove_prefix(end + 1);
  return Piece{{}, static_cast<std::size_t>(name - kLinkPlaceholders.begin())};
}

bool HasOnlyKnownPlaceholders(std::string_view url) {
  while (!url.empty()) {
    if (!TakePiece(url)) return false;
  }
  return true;
}

// What a browser would need encoded.
bool IsUnfit(char c) {
  constexpr std::string_view kNever = "\"<>\\^`|";
  return c <= ' ' || c > '~' || kNever.find(c) != std::string_view::npos;
}

// Scheme and host; empty where the URL does not begin so.
std::string_view OriginOf(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!url.starts_with(scheme)) continue;
    const std::size_t end = std::min(url.find_first_of("/?#", scheme.size()), url.size());
    return end == scheme.size() ? std::string_view() : url.substr(0, end);
  }
  return {};
}

// A segment of a path that a browser resolves away: . or .., also where it is percent-encoded.
bool IsDotSegment(std::string_view segment) {
  std::size_t dots = 0;
  while (!segment.empty()) {
    const bool is_encoded = segment.starts_with("%2e") || segment.starts_with("%2E");
    if (!is_encoded && segment.front() != '.') return false;
    segment.remove_prefix(is_encoded ? 3 : 1);
    ++dots;
  }
  return dots == 1 || dots == 2;
}

std::size_t CountDotSegments(std::string_view url) {
  std::string_view path = url.substr(OriginOf(url).size());
  path = path.substr(0, path.find_first_of("?#"));
  return static_cast<std::size_t>(std::ranges::count_if(Split(path, '/'), IsDotSegment));
}

}  // namespace

std::string LinkMistake(std::string_view url) {
  const std::string_view origin = OriginOf(url);
  if (origin.empty()) return "must begin with https:// or http:// and a host";
  if (url.size() > kMaxLinkUrl) {
    return "must not be longer than " + std::to_string(kMaxLinkUrl) + " bytes";
  }
  if (std::ranges::any_of(url, IsUnfit)) {
    return "must be ASCII without blanks, quotes and the like; write them percent-encoded";
  }
  if (origin.find('@') != std::string_view::npos)
    return "must hold no user: whoever sees the page sees it";
  if (origin.find_first_of("{}") != std::string_view::npos) {
    return "must have its placeholders behind the host";
  }
  if (const auto parsed = ParseUrl(origin); !parsed) return parsed.error();
  if (!HasOnlyKnownPlaceholders(url)) {
    return "must have no other braces than {target}, {cloud} and {domain_id}";
  }
  return {};
}

bool IsForDomains(const Link& link) { return link.url.find('{') != std::string::npos; }

std::string FilledUrl(const Link& link,
                      const std::array<std::string_view, kLinkPlaceholders.size()>& values) {
  std::string filled;
  std::string_view rest = link.url;
  while (!rest.empty()) {
    const auto piece = TakePiece(rest);
    if (!piece) return {};
    if (piece->placeholder) {
      filled += PercentEncoded(values[*piece->placeholder]);
    } else {
      filled += piece->text;
    }
  }
  return CountDotSegments(filled) == CountDotSegments(link.url) ? filled : std::string();
}

}  // namespace cckm
