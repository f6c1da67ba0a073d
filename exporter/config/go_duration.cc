#include "exporter/config/go_duration.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "collectors/base/text.h"
#include "exporter/config/numbers.h"

namespace cckm {
namespace {

constexpr std::int64_t kMicrosecond = 1'000;
constexpr std::int64_t kSecond = 1'000'000 * kMicrosecond;
constexpr std::int64_t kMaxNanoseconds = std::numeric_limits<std::int64_t>::max();

struct GoUnit {
  std::string_view name;
  std::int64_t nanoseconds;
};
constexpr std::array<GoUnit, 8> kGoUnits = {{
    {"h", 3'600 * kSecond},
    {"m", 60 * kSecond},
    {"s", kSecond},
    {"ms", 1'000 * kMicrosecond},
    {"us", kMicrosecond},
    {"\u00B5s", kMicrosecond},  // micro sign
    {"\u03BCs", kMicrosecond},  // Greek letter mu
    {"ns", 1},
}};

constexpr std::string_view kNumberLetters = "0123456789.";

// What the digits behind a point are of the unit: as exact as a double is, as in Go.
std::int64_t ReadFraction(std::string_view digits, std::int64_t unit) {
  constexpr std::size_t kMaxDigits = 18;
  digits = digits.substr(0, kMaxDigits);
  double scale = 1;
  for (std::size_t i = 0; i < digits.size(); ++i) scale *= 10;
  const auto number = static_cast<double>(ParseNumber(digits).value_or(0));
  return static_cast<std::int64_t>(number * (static_cast<double>(unit) / scale));
}

// A decimal number of the unit; nothing for what is no number, or too long.
std::optional<std::int64_t> ReadTimes(std::string_view number, std::int64_t unit) {
  const std::size_t point = std::min(number.find('.'), number.size());
  const std::string_view fraction = number.substr(std::min(point + 1, number.size()));
  if (fraction.find('.') != std::string_view::npos || number.empty() || number == ".") {
    return std::nullopt;
  }
  const auto count = point == 0 ? 0 : ParseNumber(number.substr(0, point));
  if (!count || *count > static_cast<std::uint64_t>(kMaxNanoseconds / unit)) return std::nullopt;
  const std::int64_t whole = static_cast<std::int64_t>(*count) * unit;
  const std::int64_t more = ReadFraction(fraction, unit);
  if (more > kMaxNanoseconds - whole) return std::nullopt;
  return whole + more;
}

}  // namespace

std::optional<Nanoseconds> ParseGoDuration(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return Nanoseconds(0);
  if (text.empty()) return std::nullopt;
  std::int64_t sum = 0;
  while (!text.empty()) {
    const std::string_view number = TakeFirst(text, text.find_first_not_of(kNumberLetters));
    const std::string_view name = TakeFirst(text, text.find_first_of(kNumberLetters));
    const auto* unit = std::ranges::find(kGoUnits, name, &GoUnit::name);
    if (unit == kGoUnits.end()) return std::nullopt;
    const auto length = ReadTimes(number, unit->nanoseconds);
    if (!length || *length > kMaxNanoseconds - sum) return std::nullopt;
    sum += *length;
  }
  return Nanoseconds(is_negative ? -sum : sum);
}

}  // namespace cckm
