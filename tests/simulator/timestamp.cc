#include "tests/simulator/timestamp.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace cckm::simulator {
namespace {

struct Parts {
  std::chrono::year_month_day date;
  unsigned weekday;  // 0 is Sunday
  std::chrono::hh_mm_ss<std::chrono::nanoseconds> clock;
};

Parts Split(TimePoint time) {
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  return {std::chrono::year_month_day(midnight), std::chrono::weekday(midnight).c_encoding(),
          std::chrono::hh_mm_ss<std::chrono::nanoseconds>(time - midnight)};
}

void AppendPadded(std::string& text, std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  if (digits.size() < width) text.append(width - digits.size(), '0');
  text += digits;
}

void AppendClock(std::string& text, const Parts& parts) {
  AppendPadded(text, parts.clock.hours().count(), 2);
  text += ':';
  AppendPadded(text, parts.clock.minutes().count(), 2);
  text += ':';
  AppendPadded(text, parts.clock.seconds().count(), 2);
}

void AppendFraction(std::string& text, std::int64_t nanoseconds, Precision precision) {
  std::string digits;
  AppendPadded(digits, nanoseconds, 9);
  if (precision == Precision::kMicroseconds) digits.resize(6);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (!digits.empty()) text.append(".").append(digits);
}

}  // namespace

std::string FormatTimestamp(TimePoint time, Precision precision) {
  const Parts parts = Split(time);
  std::string text;
  text.reserve(30);
  AppendPadded(text, static_cast<int>(parts.date.year()), 4);
  text += '-';
  AppendPadded(text, static_cast<unsigned>(parts.date.month()), 2);
  text += '-';
  AppendPadded(text, static_cast<unsigned>(parts.date.day()), 2);
  text += 'T';
  AppendClock(text, parts);
  AppendFraction(text, parts.clock.subseconds().count(), precision);
  return text + 'Z';
}

std::string FormatHttpDate(TimePoint time) {
  static constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                            "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Parts parts = Split(time);
  std::string text(kDays[parts.weekday]);
  text += ", ";
  AppendPadded(text, static_cast<unsigned>(parts.date.day()), 2);
  text.append(" ").append(kMonths[static_cast<unsigned>(parts.date.month()) - 1]).append(" ");
  AppendPadded(text, static_cast<int>(parts.date.year()), 4);
  text += ' ';
  AppendClock(text, parts);
  return text + " GMT";
}

}  // namespace cckm::simulator
