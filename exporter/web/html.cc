#include "exporter/web/html.h"

#include <array>
#include <utility>

namespace cckm {
namespace {

constexpr std::array<std::pair<char, std::string_view>, 5> kReferences = {
    {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}}};
constexpr std::string_view kSpecial = "&<>\"'";

std::string_view ReferenceOf(char special) { return kReferences[kSpecial.find(special)].second; }

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

std::string EscapeHtml(std::string_view text) {
  std::string html;
  AppendHtml(html, text);
  return html;
}

}  // namespace cckm
