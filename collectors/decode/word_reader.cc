#include "collectors/decode/word_reader.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "collectors/base/text.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxWord = 64;  // bytes

enum class Role { kLetter, kApostrophe, kUnseen, kSeparator };

// Characters beyond ASCII that are no letters, by the bytes with which they begin.  The first row
// that fits decides.
struct ForeignCharacters {
  std::string_view begin;
  Role role;
};
constexpr std::array<ForeignCharacters, 12> kForeign = {{
    {"\xC2\xAD", Role::kUnseen},          // soft hyphen
    {"\xC2", Role::kSeparator},           // Latin-1 signs, the no-break space among them
    {"\xCA\xBC", Role::kApostrophe},      // modifier letter apostrophe
    {"\xE2\x80\x8B", Role::kUnseen},      // zero width space
    {"\xE2\x80\x8C", Role::kUnseen},      // zero width non-joiner
    {"\xE2\x80\x8D", Role::kUnseen},      // zero width joiner
    {"\xE2\x80\x99", Role::kApostrophe},  // right single quotation mark
    {"\xE2\x80", Role::kSeparator},       // spaces, dashes and quotation marks
    {"\xE2\x81\xA0", Role::kUnseen},      // word joiner
    {"\xE2", Role::kSeparator},           // other signs
    {"\xE3\x80", Role::kSeparator},       // East Asian spaces and signs
    {"\xEF\xBB\xBF", Role::kUnseen},      // zero width no-break space
}};

// Bytes of a code point, by the first of them.
std::size_t LengthOf(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte < 0xC0U) return 1;
  if (byte < 0xE0U) return 2;
  return byte < 0xF0U ? 3 : 4;
}

Role RoleOf(std::string_view character) {
  const char first = character.front();
  if (IsLetter(first)) return Role::kLetter;
  if (first == '\'') return Role::kApostrophe;
  if (static_cast<unsigned char>(first) < 0x80U) return Role::kSeparator;
  const auto* found = std::ranges::find_if(kForeign, [character](const ForeignCharacters& row) {
    return character.starts_with(row.begin);
  });
  return found == kForeign.end() ? Role::kLetter : found->role;
}

}  // namespace

struct WordReader::Character {
  std::string_view bytes;
  Role role = Role::kSeparator;
};

WordReader::Character WordReader::Peek() const {
  const std::string_view bytes = rest_.substr(0, LengthOf(rest_.front()));
  return {bytes, RoleOf(bytes)};
}

void WordReader::Append(std::string_view bytes) {
  if (word_.size() + bytes.size() > kMaxWord) return;
  std::ranges::transform(bytes, std::back_inserter(word_), ToLower);
}

// A capital parts a word behind a small letter, and before a small one: HTTPError, AccessDenied.
bool WordReader::Next() {
  word_.clear();
  char before = '\0';
  while (!rest_.empty()) {
    const Character character = Peek();
    const char first = character.bytes.front();
    const bool begins_name =
        IsUpper(first) &&
        (IsLower(before) || (IsUpper(before) && rest_.size() > 1 && IsLower(rest_[1])));
    if (!word_.empty() && (character.role == Role::kSeparator || begins_name)) return true;
    rest_.remove_prefix(character.bytes.size());
    if (character.role == Role::kLetter) Append(character.bytes);
    if (character.role == Role::kApostrophe && !word_.empty()) Append("'");
    if (character.role != Role::kUnseen) before = first;
  }
  return !word_.empty();
}

}  // namespace cckm
