#include "exporter/config/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace cckm {
namespace {

// How a UTF-8 sequence of one length looks (RFC 3629 section 3).
struct SequenceForm {
  std::uint8_t lead_mask;
  std::uint8_t lead_bits;
  std::size_t length;
  std::uint32_t smallest;  // anything below is an overlong spelling
};

constexpr std::array<SequenceForm, 4> kSequenceForms = {{
    {0x80, 0x00, 1, 0},
    {0xE0, 0xC0, 2, 0x80},
    {0xF0, 0xE0, 3, 0x800},
    {0xF8, 0xF0, 4, 0x10000},
}};

// Removes the first code point from the text and returns it; nothing where it is not valid.
std::optional<std::uint32_t> TakeCodePoint(std::string_view& text) {
  const auto lead = static_cast<std::uint8_t>(text.front());
  const auto* form = std::ranges::find_if(kSequenceForms, [lead](const SequenceForm& candidate) {
    return (lead & candidate.lead_mask) == candidate.lead_bits;
  });
  if (form == kSequenceForms.end() || text.size() < form->length) return std::nullopt;
  std::uint32_t code = lead & static_cast<std::uint8_t>(~form->lead_mask);
  for (const char c : text.substr(1, form->length - 1)) {
    const auto byte = static_cast<std::uint8_t>(c);
    if ((byte & 0xC0U) != 0x80U) return std::nullopt;
    code = code << 6U | (byte & 0x3FU);
  }
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < form->smallest || code > 0x10FFFF || is_surrogate) return std::nullopt;
  text.remove_prefix(form->length);
  return code;
}

bool IsControl(std::uint32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

}  // namespace

std::optional<std::size_t> CountPrintableCharacters(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const auto code = TakeCodePoint(text);
    if (!code || IsControl(*code)) return std::nullopt;
    ++count;
  }
  return count;
}

bool IsValidTargetName(std::string_view text) {
  constexpr std::size_t kMaxCharacters = 128;
  const auto count = CountPrintableCharacters(text);
  return count && *count >= 1 && *count <= kMaxCharacters;
}

bool HasControlCharacter(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

std::string ShownKey(std::string_view key) {
  constexpr std::size_t kLongest = 64;
  std::string shown(key.substr(0, kLongest));
  std::ranges::replace_if(
      shown, [](char c) { return c <= ' ' || c > '~'; }, '?');
  return key.size() > kLongest ? shown + "..." : shown;
}

}  // namespace cckm
