// Whole decimal numbers, strictly: digits and nothing else.
//
// Thread-safety: pure functions.

#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cckm {

// Nothing where the text is empty, holds anything but digits, or does not fit.
inline std::optional<std::uint64_t> ParseNumber(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, number);
  if (text.empty() || fault != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}  // namespace cckm
