#include "collectors/base/hide.h"

#include <algorithm>

#include "collectors/base/utf8.h"

namespace cckm {
namespace {

constexpr std::size_t kShortestSecret = 4;
constexpr std::size_t kShortestPart = 12;

std::size_t CommonLength(std::string_view a, std::string_view b) {
  const auto [end, other_end] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(end - a.begin());
}

bool IsOfToken(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

std::size_t TokenLength(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), IsOfToken) -
                                  text.begin());
}

// Replaces each run of at least `shortest` token characters that follows `beginning`;
// `keeps_beginning` says what becomes of the beginning itself.
void HideRuns(std::string& text, std::string_view beginning, bool keeps_beginning,
              std::size_t shortest) {
  std::size_t at = 0;
  while ((at = text.find(beginning, at)) != std::string::npos) {
    const std::size_t after = at + beginning.size();
    const std::size_t length = TokenLength(std::string_view(text).substr(after));
    const std::size_t from = keeps_beginning ? after : at;
    if (length < shortest) {
      at = after;
      continue;
    }
    text.replace(from, after + length - from, kHiddenSecret);
    at = from + kHiddenSecret.size();
  }
}

void HideText(std::string_view hidden, std::string& text) {
  if (hidden.size() < kShortestSecret || text.size() < std::min(hidden.size(), kShortestPart)) {
    return;
  }
  const std::string_view beginning = hidden.substr(0, kShortestPart);
  std::size_t at = 0;
  while ((at = text.find(beginning, at)) != std::string::npos) {
    const std::size_t length = CommonLength(std::string_view(text).substr(at), hidden);
    text.replace(at, length, kHiddenSecret);
    at += kHiddenSecret.size();
  }
}

}  // namespace

void HideSecret(const Secret& secret, std::string& text) {
  HideText(secret.Reveal(), text);
  if (text.find('?') != std::string::npos) {
    const Secret in_ascii(InAscii(secret.Reveal()));
    HideText(in_ascii.Reveal(), text);
  }
}

void HideTokens(std::string& text) {
  constexpr std::size_t kShortestToken = 12;
  HideRuns(text, "eyJ", false, kShortestToken);
  HideRuns(text, "Bearer ", true, kShortestToken);
  HideRuns(text, "bearer ", true, kShortestToken);
}

}  // namespace cckm
