// The known word that somebody most likely meant by another one.  Thread-safety: pure functions.

#pragma once

#include <span>
#include <string_view>

namespace cckm {

// The name that the fewest slips of the pen lead to (a letter more, less, another one, or two
// swapped; case does not count), at most one in three letters; else the only name that holds the
// word.  Empty where there is none.
std::string_view NearestWord(std::string_view word, std::span<const std::string_view> names);

}  // namespace cckm
