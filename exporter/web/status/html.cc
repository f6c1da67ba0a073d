#include "exporter/web/status/html.h"

#include <array>

#include "collectors/base/bounded_name.h"

namespace cckm {
namespace {

constexpr std::string_view kSpecial = "&<>\"'";
constexpr std::array<std::string_view, 5> kReferences = {"&amp;", "&lt;", "&gt;", "&quot;",
                                                         "&#39;"};

// The `~` and the 16 hex digits that an altered label value ends in.
constexpr std::size_t kHashBytes = 17;

}  // namespace

void AppendHtml(std::string& html, std::string_view text) {
  while (true) {
    const std::size_t plain = text.find_first_of(kSpecial);
    html += text.substr(0, plain);
    if (plain == std::string_view::npos) return;
    html += kReferences[kSpecial.find(text[plain])];
    text.remove_prefix(plain + 1);
  }
}

std::string EscapeHtml(std::string_view text) {
  std::string html;
  AppendHtml(html, text);
  return html;
}

std::string EscapeForeign(std::string_view text) {
  const bool has_hash = text.size() > kHashBytes && EndsLikeAHash(text);
  if (!has_hash) return fmt::format("<bdi>{}</bdi>", EscapeHtml(text));
  const std::size_t hash = text.size() - kHashBytes;
  return fmt::format("<bdi>{}<bdi>{}</bdi></bdi>", EscapeHtml(text.substr(0, hash)),
                     text.substr(hash));
}

}  // namespace cckm
