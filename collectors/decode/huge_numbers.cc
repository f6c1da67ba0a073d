#include "collectors/decode/huge_numbers.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>

#include "collectors/base/text.h"

namespace cckm {
namespace {

constexpr std::string_view kNumberCharacters = "0123456789+-.eE";

// Cuts the digits off the front; false if there are none.
bool TakeDigits(std::string_view& text) {
  const std::size_t count = std::min(text.find_first_not_of(kDigits), text.size());
  text.remove_prefix(count);
  return count > 0;
}

bool Take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// RFC 8259 section 6.
bool IsJsonNumber(std::string_view text) {
  Take(text, "-");
  if (!Take(text, "0") && !TakeDigits(text)) return false;
  if (Take(text, ".") && !TakeDigits(text)) return false;
  if (Take(text, "eE")) {
    Take(text, "+-");
    if (!TakeDigits(text)) return false;
  }
  return text.empty();
}

template <typename Number>
bool Fits(std::string_view text) {
  Number number{};
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
}

bool IsHuge(std::string_view number) {
  if (number.find_first_of(".eE") != std::string_view::npos) return !Fits<double>(number);
  return number.front() == '-' ? !Fits<std::int64_t>(number) : !Fits<std::uint64_t>(number);
}

// The end of the string that begins at `start`, behind its quote.
std::size_t EndOfString(std::string_view json, std::size_t start) {
  for (std::size_t i = start + 1; i < json.size(); ++i) {
    if (json[i] == '\\') {
      ++i;
    } else if (json[i] == '"') {
      return i + 1;
    }
  }
  return json.size();
}

}  // namespace

bool BlankHugeNumbers(std::span<char> json) {
  constexpr std::string_view kNull = "null";  // no huge number is as short
  const std::string_view text(json.data(), json.size());
  bool was_any = false;
  std::size_t i = 0;
  while (i < text.size()) {
    if (text[i] == '"') {
      i = EndOfString(text, i);
      continue;
    }
    const std::size_t end = std::min(text.find_first_not_of(kNumberCharacters, i), text.size());
    const std::string_view token = text.substr(i, end - i);
    if (token.size() > kNull.size() && IsJsonNumber(token) && IsHuge(token)) {
      const auto place = json.subspan(i, token.size());
      std::ranges::fill(place, ' ');
      std::ranges::copy(kNull, place.begin());
      was_any = true;
    }
    i = std::max(end, i + 1);
  }
  return was_any;
}

}  // namespace cckm
