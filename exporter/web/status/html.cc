#include "exporter/web/status/html.h"
#include "collectors/base/text.h"

#include <array>
#include <utility>

namespace cckm {
namespace {

constexpr std::array<std::pair<char, std::string_view>, 5> kReferences = {
    {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}}};
constexpr std::string_view kSpecial = "&<>\"'";

std::string_view ReferenceOf(char special) { return kReferences[kSpecial.find(special)].second; }

// Where the `~` and the 16 hex digits begin that an altered label value ends in; else the end.
std::size_t HashAt(std::string_view text) {
  constexpr std::size_t kBytes = 17;
  if (text.size() <= kBytes) return text.size();
  const std::size_t at = text.size() - kBytes;
  const bool is_hash =
      text[at] == '~' && text.find_first_not_of(kHexDigits, at + 1) == std::string_view::npos;
  return is_hash ? at : text.size();
}

}  // namespace

void AppendHtml(std::string& html, std::string_view text) {
  while (true) {
    const std::size_t plain = text.find_first_of(kSpecial);
    html += text.substr(0, plain);
    if (plain == std::string_view::npos) return;
    html += ReferenceOf(text[plain]);
    text.remove_prefix(plain + 1);
  }
}

void AppendForeign(std::string& html, std::string_view text) {
  const std::size_t hash = HashAt(text);
  html += "<bdi>";
  AppendHtml(html, text.substr(0, hash));
  if (hash != text.size()) html.append("<bdi>").append(text.substr(hash)).append("</bdi>");
  html += "</bdi>";
}

std::string EscapeHtml(std::string_view text) {
  std::string html;
  AppendHtml(html, text);
  return html;
}

}  // namespace cckm
