// Words and lists as HTTP's headers have them.
//
// Source: RFC 9110 sections 5.6.1 and 5.6.2.  Thread-safety: pure functions.

#pragma once

#include <algorithm>
#include <string_view>

#include "collectors/base/text.h"

namespace cckm {

inline constexpr std::string_view kBlanks = " \t";

// Takes what comes before the next separator, and the separator.
inline std::string_view TakePart(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = Trim(text.substr(0, end), kBlanks);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

// Whether the text may be a header's name.
inline bool IsToken(std::string_view text) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
  return !text.empty() && text.find_first_not_of(kLetters) == std::string_view::npos;
}

}  // namespace cckm
