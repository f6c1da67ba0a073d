// Making foreign text fit to be shown.  Thread-safety: pure functions.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

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

// The text with one question mark in place of each character that is not printable ASCII.
std::string InAscii(std::string_view text);

// True if every character may stand in an HTTP header value without quoting: 0x21 to 0x7E.
bool IsVisibleAscii(std::string_view text);

}  // namespace cckm
