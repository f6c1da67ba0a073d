// Text as HTML.  Thread-safety: pure functions.

#pragma once

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace cckm {

// Appends HTML, whose values are HTML, too.
template <typename... Values>
void Append(std::string& html, fmt::format_string<Values...> format, Values&&... values) {
  fmt::format_to(std::back_inserter(html), format, std::forward<Values>(values)...);
}

// Appends the text with the characters that HTML gives a meaning written as character references:
// fit to stand between tags and in quoted attributes.  REQUIRES: valid UTF-8.
void AppendHtml(std::string& html, std::string_view text);

// The same as a string.
std::string EscapeHtml(std::string_view text);

// Text that was not made here, isolated: its direction of writing does not reach what stands around
// it, and the hash at its end stays one word whatever comes before it.  Between tags only.
std::string EscapeForeign(std::string_view text);

}  // namespace cckm
