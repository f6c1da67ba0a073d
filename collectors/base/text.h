// Text: cutting it, comparing it, and making foreign text fit to be shown.
//
// Letters, digits, case and white space are those of ASCII.  Thread-safety: pure functions.

#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cckm {

// True for UTF-8 as RFC 3629 defines it.
bool IsUtf8(std::string_view text);

// The text with U+FFFD in place of every control character (C0, DEL, C1), every line or paragraph
// separator, every bidirectional control and everything that is not valid UTF-8.
std::string Printable(std::string_view text);

// The text with \uXXXX, as JSON has it, in place of the characters that Printable() replaces.
// REQUIRES: valid UTF-8.
std::string EscapeUnfit(std::string_view text);

// The longest beginning of valid UTF-8 text that has at most `most` bytes and ends with a whole
// character.
std::string_view CutUtf8(std::string_view text, std::size_t most);

// The number of characters of valid UTF-8 text.
std::size_t CountCharacters(std::string_view text);

// The number of characters, or nothing where the text is not valid UTF-8 or holds a control
// character (C0, DEL or C1).
std::optional<std::size_t> CountPrintableCharacters(std::string_view text);

// The first `characters` characters of valid UTF-8 text.
std::string_view CutToCharacters(std::string_view text, std::size_t characters);

// The text with one question mark in place of each character that is not printable ASCII.
std::string InAscii(std::string_view text);

// True if every character may stand in an HTTP header value without quoting: 0x21 to 0x7E.
bool IsVisibleAscii(std::string_view text);

// NUL and the other control characters of ASCII.
constexpr bool IsControlCharacter(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '\x7F';
}
inline bool HasControlCharacter(std::string_view text) {
  return std::ranges::any_of(text, IsControlCharacter);
}

inline constexpr std::string_view kDigits = "0123456789";
constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool IsLetter(char c) { return IsUpper(c) || IsLower(c); }
constexpr bool IsAlphanumeric(char c) { return IsLetter(c) || IsDigit(c); }

constexpr char ToLower(char c) { return IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool IsHexDigit(char c) { return IsDigit(c) || (ToLower(c) >= 'a' && ToLower(c) <= 'f'); }
inline bool EqualsWithoutCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, ToLower, ToLower);
}
inline bool EndsWithoutCase(std::string_view text, std::string_view ending) {
  return text.size() >= ending.size() &&
         EqualsWithoutCase(text.substr(text.size() - ending.size()), ending);
}

// Takes the first `size` characters off the text, or all of it, and returns them.
inline std::string_view TakeFirst(std::string_view& text, std::size_t size) {
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(taken.size());
  return taken;
}

// The pieces between the separators; one more than there are separators.
std::vector<std::string_view> Split(std::string_view text, char separator);

// Without the blanks at the end, or at both ends.
inline constexpr std::string_view kWhiteSpace = " \t\n\v\f\r";
std::string_view TrimEnd(std::string_view text, std::string_view blanks = kWhiteSpace);
std::string_view Trim(std::string_view text, std::string_view blanks = kWhiteSpace);

inline constexpr std::string_view kHexDigits = "0123456789abcdef";
inline constexpr std::string_view kUpperHexDigits = "0123456789ABCDEF";
// The two digits of a byte, or those of several one after the other.
std::string Hex(unsigned char byte, std::string_view digits = kHexDigits);
std::string Hex(std::span<const unsigned char> bytes);

// The text with %XX in place of what is not unreserved by RFC 3986.
std::string PercentEncoded(std::string_view text, std::string_view digits = kUpperHexDigits);

}  // namespace cckm
