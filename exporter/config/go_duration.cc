#include "exporter/config/go_duration.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

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

std::string_view TakeWhile(std::string_view& text, bool of_number) {
  const std::size_t end =
      of_number ? text.find_first_not_of(kNumberLetters) : text.find_first_of(kNumberLetters);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(taken.size());
  return taken;
}

// The number; nothing where it does not fit.
std::optional<std::int64_t> ReadWhole(std::string_view digits) {
  std::int64_t number = 0;
  for (const char digit : digits) {
    const std::int64_t value = digit - '0';
    if (number > (kMaxNanoseconds - value) / 10) return std::nullopt;
    number = number * 10 + value;
  }
  return number;
}

// What the digits behind a point are of the unit: as exact as a double is, as in Go.
std::int64_t ReadFraction(std::string_view digits, std::int64_t unit) {
  constexpr std::size_t kMaxDigits = 18;
  digits = digits.substr(0, kMaxDigits);
  double scale = 1;
  for (std::size_t i = 0; i < digits.size(); ++i) scale *= 10;
  const auto number = static_cast<double>(ReadWhole(digits).value_or(0));
  return static_cast<std::int64_t>(number * (static_cast<double>(unit) / scale));
}

// A decimal number of the unit; nothing for what is no number, or too long.
std::optional<std::int64_t> ReadTimes(std::string_view number, std::int64_t unit) {
  const std::size_t point = std::min(number.find('.'), number.size());
  const std::string_view fraction = number.substr(std::min(point + 1, number.size()));
  if (fraction.find('.') != std::string_view::npos || number.empty() || number == ".") {
    return std::nullopt;
  }
  const auto whole = ReadWhole(number.substr(0, point));
  if (!whole || *whole > kMaxNanoseconds / unit) return std::nullopt;
  const std::int64_t more = ReadFraction(fraction, unit);
  if (more > kMaxNanoseconds - *whole * unit) return std::nullopt;
  return *whole * unit + more;
}

}  // namespace

std::optional<Nanoseconds> ParseGoDuration(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return Nanoseconds(0);
  if (text.empty()) return std::nullopt;
  std::int64_t sum = 0;
  while (!text.empty()) {
    const std::string_view number = TakeWhile(text, true);
    const auto* unit = std::ranges::find(kGoUnits, TakeWhile(text, false), &GoUnit::name);
    if (unit == kGoUnits.end()) return std::nullopt;
    const auto length = ReadTimes(number, unit->nanoseconds);
    if (!length || *length > kMaxNanoseconds - sum) return std::nullopt;
    sum += *length;
  }
  return Nanoseconds(is_negative ? -sum : sum);
}

}  // namespace cckm
