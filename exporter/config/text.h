// Text that people chose: what may become a label value or a line of output.
//
// Thread-safety: pure functions.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cckm {

// The number of characters (Unicode code points) of the text, or nothing where it is not valid
// UTF-8 or holds a control character (C0, DEL or C1).
std::optional<std::size_t> CountPrintableCharacters(std::string_view text);

// True for what the label `target` may hold: 1 to 128 such characters.
bool IsValidTargetName(std::string_view text);
inline constexpr std::string_view kTargetNameRule =
    "must be 1 to 128 characters of valid UTF-8 without control characters";

// True where a NUL or another control character of ASCII is in the text.
bool HasControlCharacter(std::string_view text);

// A key or flag that somebody wrote, as a message may show it: at most 64 characters, with a
// question mark for whatever is not visible ASCII.
std::string ShownKey(std::string_view key);

}  // namespace cckm
