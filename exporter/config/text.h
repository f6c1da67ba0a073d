// Text that people chose: what may become a label value or a line of output.
//
// Thread-safety: pure functions.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cckm {

// True for what the label `target` may hold: 1 to 128 characters of valid UTF-8, none of them a
// control character.
bool IsValidTargetName(std::string_view text);
inline constexpr std::size_t kMaxTargetName = 128;
inline constexpr std::string_view kTargetNameRule =
    "must be 1 to 128 characters of valid UTF-8 without control characters";

// A key or flag that somebody wrote, as a message may show it: at most 64 characters, with a
// question mark for whatever is not visible ASCII.
std::string ShownKey(std::string_view key);

}  // namespace cckm
