#include "collectors/decode/text.h"

namespace cckm {
namespace {

constexpr std::string_view kWhiteSpace = " \t\n\v\f\r";

// Every byte of UTF-8 but the second and later ones of a code point.
constexpr bool StartsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

}  // namespace

std::string_view CutToCharacters(std::string_view text, std::size_t characters) {
  if (text.size() <= characters) return text;
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (StartsCharacter(text[i]) && ++seen > characters) return text.substr(0, i);
  }
  return text;
}

std::string_view TrimEnd(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kWhiteSpace) + 1);
}

std::string_view Trim(std::string_view text) {
  text = TrimEnd(text);
  return text.empty() ? text : text.substr(text.find_first_not_of(kWhiteSpace));
}

}  // namespace cckm
