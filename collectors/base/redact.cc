#include "collectors/base/redact.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "collectors/base/text.h"

namespace cckm {
namespace {

constexpr std::size_t kShortestSecret = 4;
constexpr std::size_t kShortestPart = 12;

std::size_t CommonLength(std::string_view a, std::string_view b) {
  const auto [end, other_end] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(end - a.begin());
}

bool IsOfToken(char c) {
  constexpr std::string_view kMarks = "-_.~+/=";
  return IsAlphanumeric(c) || kMarks.find(c) != std::string_view::npos;
}

std::size_t TokenLength(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), IsOfToken) -
                                  text.begin());
}

struct Stretch {
  std::size_t begin;
  std::size_t end;
};

// Replaces, for each place of `beginning` in the text, the stretch that `stretch_at` names.  It is
// given the place and the end of the stretch before, and returns nothing where there is none.
template <typename StretchAt>
void RedactEach(std::string& text, std::string_view beginning, const StretchAt& stretch_at) {
  std::string shown;
  std::size_t done = 0;
  std::size_t at = 0;
  while ((at = text.find(beginning, at)) != std::string::npos) {
    const std::optional<Stretch> stretch = stretch_at(at, done);
    at = stretch ? stretch->end : at + beginning.size();
    if (!stretch) continue;
    shown.append(text, done, stretch->begin - done).append(kRedacted);
    done = stretch->end;
  }
  if (done != 0) text = shown.append(text, done);
}

// Replaces each run of token characters that follows `beginning` and is long enough;
// `keeps_beginning` says what becomes of the beginning itself.
void RedactRuns(std::string& text, std::string_view beginning, bool keeps_beginning) {
  constexpr std::size_t kShortestToken = 12;
  RedactEach(text, beginning, [&](std::size_t at, std::size_t) -> std::optional<Stretch> {
    const std::size_t after = at + beginning.size();
    const std::size_t length = TokenLength(std::string_view(text).substr(after));
    if (length < kShortestToken) return std::nullopt;
    return Stretch{keeps_beginning ? after : at, after + length};
  });
}

// Where a text was cut before it came here, a secret may end with it that is too short to be known
// elsewhere.
std::optional<Stretch> CutOffEnd(std::string_view secret, std::string_view text) {
  constexpr std::string_view kAfterQuotation = ")\"";  // as messages quote a text
  const std::size_t end = text.find_last_not_of(kAfterQuotation) + 1;
  const std::size_t longest = std::min({secret.size(), kShortestPart, end + 1});
  for (std::size_t length = longest; length-- > kShortestSecret;) {
    const std::string_view ending = text.substr(end - length, length);
    if (ending.front() != secret.front() || !secret.starts_with(ending)) continue;
    return Stretch{end - length, end};
  }
  return std::nullopt;
}

void RedactCutOffEnd(std::string_view secret, std::string& text) {
  const auto stretch = CutOffEnd(secret, text);
  if (stretch) text.replace(stretch->begin, stretch->end - stretch->begin, kRedacted);
}

void RedactText(std::string_view secret, std::string& text) {
  RedactCutOffEnd(secret, text);
  if (secret.size() < kShortestSecret || text.size() < std::min(secret.size(), kShortestPart)) {
    return;
  }
  const std::string_view beginning = secret.substr(0, kShortestPart);
  RedactEach(text, beginning, [&](std::size_t at, std::size_t) {
    return std::optional(Stretch{at, at + CommonLength(std::string_view(text).substr(at), secret)});
  });
}

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// The digits of `text` where `before` (0, 1 or 2) bytes stand before it in a group of three; those
// that depend on what stands before or after are left out.
std::string Base64Core(std::string_view text, std::size_t before, std::string_view digits) {
  std::string core;
  const std::size_t bits = (before + text.size()) * 8;
  for (std::size_t at = (before * 8 + 5) / 6 * 6; at + 6 <= bits; at += 6) {
    unsigned value = 0;
    for (std::size_t bit = at; bit < at + 6; ++bit) {
      const auto byte = static_cast<unsigned char>(text[bit / 8 - before]);
      value = value * 2 + ((byte >> (7 - bit % 8)) & 1U);
    }
    core += digits[value];
  }
  return core;
}

std::string JsonEscaped(std::string_view text, bool escapes_slash) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\' || (c == '/' && escapes_slash)) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// Replaces each occurrence together with the digits around it.
void RedactBase64(std::string_view core, std::string& text) {
  RedactCutOffEnd(core, text);
  const auto is_digit = [](char c) {
    return kBase64.find(c) != std::string_view::npos || c == '-' || c == '_' || c == '=';
  };
  RedactEach(text, core.substr(0, kShortestPart), [&](std::size_t at, std::size_t done) {
    std::size_t end = at + std::min(core.size(), kShortestPart);
    while (at > done && is_digit(text[at - 1])) --at;
    while (end < text.size() && is_digit(text[end])) ++end;
    return std::optional(Stretch{at, end});
  });
}

// A part of a path that no person would have chosen: long, without a dot, letters and digits mixed.
bool LooksLikeSecret(std::string_view name) {
  constexpr std::size_t kShortest = 40;
  return name.size() >= kShortest && TokenLength(name) == name.size() &&
         name.find('.') == std::string_view::npos && std::ranges::any_of(name, IsLetter) &&
         std::ranges::any_of(name, IsDigit);
}

}  // namespace

SecretRedactor::SecretRedactor(const Secret& secret) {
  const std::string_view text = secret.Reveal();
  if (text.size() < kShortestSecret) return;
  const auto add = [](std::vector<Secret>& forms, std::string form) {
    const auto is_same = [&form](const Secret& other) { return other.Reveal() == form; };
    if (form.size() < kShortestSecret || std::ranges::any_of(forms, is_same)) return;
    forms.emplace_back(std::move(form));
  };
  add(plain_, std::string(text));
  add(plain_, InAscii(text));
  add(plain_, PercentEncoded(text, kUpperHexDigits));
  add(plain_, PercentEncoded(text, kHexDigits));
  add(plain_, JsonEscaped(text, false));
  add(plain_, JsonEscaped(text, true));
  for (const std::string_view digits : {kBase64, kBase64Url}) {
    for (std::size_t before = 0; before < 3; ++before) {
      add(base64_, Base64Core(text, before, digits));
    }
  }
}

void SecretRedactor::Redact(std::string& text) const {
  for (const Secret& form : plain_) RedactText(form.Reveal(), text);
  for (const Secret& core : base64_) RedactBase64(core.Reveal(), text);
}

bool SecretRedactor::AppearsIn(std::string_view text) const {
  const auto is_in_text = [text](const Secret& form) {
    const std::string_view secret = form.Reveal();
    return CutOffEnd(secret, text) ||
           text.find(secret.substr(0, kShortestPart)) != std::string_view::npos;
  };
  return std::ranges::any_of(plain_, is_in_text) || std::ranges::any_of(base64_, is_in_text);
}

void RedactTokens(std::string& text) {
  RedactRuns(text, "eyJ", false);
  RedactRuns(text, "Bearer ", true);
  RedactRuns(text, "bearer ", true);
}

std::string ShownPath(const std::filesystem::path& path) {
  std::string shown;
  std::string_view rest = path.native();
  while (!rest.empty()) {
    const std::string_view name = TakeFirst(rest, rest.find('/'));
    std::string part(LooksLikeSecret(name) ? kRedacted : name);
    RedactTokens(part);
    shown += part;
    for (; rest.starts_with('/'); rest.remove_prefix(1)) shown += '/';
  }
  return shown;
}

}  // namespace cckm
