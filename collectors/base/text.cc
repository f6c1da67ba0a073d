#include "collectors/base/text.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace cckm {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Character {
  char32_t code_point;
  std::size_t size;  // 0: not valid UTF-8
};

struct Form {
  unsigned char mask;
  unsigned char lead;
  std::size_t size;
  char32_t smallest;
};
constexpr std::array<Form, 4> kForms = {{
    {0x80, 0x00, 1, 0x0},
    {0xE0, 0xC0, 2, 0x80},
    {0xF0, 0xE0, 3, 0x800},
    {0xF8, 0xF0, 4, 0x10000},
}};

constexpr bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// The first character of non-empty text; overlong forms, surrogates and what is past U+10FFFF are
// invalid.
Character FirstCharacter(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  for (const Form& form : kForms) {
    if ((lead & form.mask) != form.lead) continue;
    if (text.size() < form.size) break;
    char32_t code_point = lead & static_cast<unsigned char>(~form.mask);
    for (std::size_t i = 1; i < form.size; ++i) {
      if (!IsContinuation(text[i])) return {0, 0};
      code_point = (code_point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
    }
    const bool valid = code_point >= form.smallest && code_point <= 0x10FFFF &&
                       !(code_point >= 0xD800 && code_point <= 0xDFFF);
    return {code_point, valid ? form.size : 0};
  }
  return {0, 0};
}

struct Range {
  char32_t first;
  char32_t last;
};
constexpr std::array<Range, 7> kUnfit = {{
    {0x00, 0x1F},      // C0 controls
    {0x7F, 0x9F},      // DEL and C1 controls
    {0x061C, 0x061C},  // Arabic letter mark
    {0x200E, 0x200F},  // directional marks
    {0x2028, 0x202E},  // separators, embeddings and overrides
    {0x2066, 0x2069},  // isolates
    {0xFEFF, 0xFEFF},  // byte order mark
}};

bool IsFit(char32_t code_point) {
  return std::ranges::none_of(kUnfit, [code_point](const Range& range) {
    return code_point >= range.first && code_point <= range.last;
  });
}

bool IsControl(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
}

// The text with what `replacement` makes of a code point in place of every character that is not
// fit to be shown, and of every byte that is not valid UTF-8.
template <typename Replacement>
std::string ReplaceUnfit(std::string_view text, Replacement replacement) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    const bool is_fit = character.size != 0 && IsFit(character.code_point);
    const std::string_view bytes = TakeFirst(text, std::max<std::size_t>(character.size, 1));
    if (is_fit) {
      result += bytes;
    } else {
      result += replacement(character.code_point);
    }
  }
  return result;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (true) {
    const auto* const other =
        std::ranges::find_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    text.remove_prefix(static_cast<std::size_t>(other - text.begin()));
    if (text.empty()) return true;
    const std::size_t size = FirstCharacter(text).size;
    if (size == 0) return false;
    text.remove_prefix(size);
  }
}

std::string Printable(std::string_view text) {
  return ReplaceUnfit(text, [](char32_t /*code_point*/) { return kReplacement; });
}

std::string EscapeUnfit(std::string_view text) {
  return ReplaceUnfit(text, [](char32_t code_point) {
    return fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code_point));
  });
}

std::size_t CountCharacters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !IsContinuation(c); }));
}

std::optional<std::size_t> CountPrintableCharacters(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    if (character.size == 0 || IsControl(character.code_point)) return std::nullopt;
    text.remove_prefix(character.size);
    ++count;
  }
  return count;
}

std::string_view CutToCharacters(std::string_view text, std::size_t characters) {
  if (text.size() <= characters) return text;
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!IsContinuation(text[i]) && ++seen > characters) return text.substr(0, i);
  }
  return text;
}

std::string_view CutUtf8(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && IsContinuation(text[most])) --most;
  return text.substr(0, most);
}

std::string InAscii(std::string_view text) {
  std::string printable;
  for (const char c : text) {
    if (!IsContinuation(c)) printable += c >= ' ' && c <= '~' ? c : '?';
  }
  return printable;
}

bool IsVisibleAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    pieces.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return pieces;
}

std::string_view TrimEnd(std::string_view text, std::string_view blanks) {
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

std::string_view Trim(std::string_view text, std::string_view blanks) {
  text = TrimEnd(text, blanks);
  return text.substr(std::min(text.find_first_not_of(blanks), text.size()));
}

std::string Hex(unsigned char byte, std::string_view digits) {
  return {digits[byte >> 4U], digits[byte & 0xFU]};
}

std::string Hex(std::span<const unsigned char> bytes) {
  std::string text;
  for (const unsigned char byte : bytes) text += Hex(byte);
  return text;
}

std::string PercentEncoded(std::string_view text, std::string_view digits) {
  constexpr std::string_view kMarks = "-._~";
  std::string encoded;
  for (const char c : text) {
    if (IsAlphanumeric(c) || kMarks.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded.append("%").append(Hex(static_cast<unsigned char>(c), digits));
    }
  }
  return encoded;
}

}  // namespace cckm
