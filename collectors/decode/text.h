// Cutting and cleaning of text that the appliance wrote.
//
// Called by the files of this library.  Thread-safety: pure functions.

#pragma once

#include <cstddef>
#include <string_view>

namespace cckm {

// Longest piece of the appliance's free text that is kept or shown, in characters (code points).
inline constexpr std::size_t kMaxText = 200;

// The first `characters` code points of a valid UTF-8 text; never ends within one.
std::string_view CutToCharacters(std::string_view text, std::size_t characters);

// Without ASCII white space at the end, or at both ends.
std::string_view TrimEnd(std::string_view text);
std::string_view Trim(std::string_view text);

}  // namespace cckm
