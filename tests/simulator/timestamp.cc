#include "tests/simulator/timestamp.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

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

// The number of the digits that `text` consists of.
std::optional<int> ReadDigits(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number >= 0 && text[0] != '-' ? std::optional(number) : std::nullopt;
}

// Of what follows the seconds: nothing, or a point and digits.
std::optional<std::chrono::nanoseconds> ReadFraction(std::string_view text) {
  if (text.empty()) return std::chrono::nanoseconds(0);
  if (text[0] != '.' || text.size() < 2 || text.size() > 10) return std::nullopt;
  std::string digits(text.substr(1));
  digits.resize(9, '0');
  const auto number = ReadDigits(digits);
  return number ? std::optional(std::chrono::nanoseconds(*number)) : std::nullopt;
}

}  // namespace

std::optional<TimePoint> ParseTimestamp(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  constexpr std::array<std::pair<std::size_t, std::size_t>, 6> kPlaces = {
      {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}}};
  if (text.size() <= kForm.size() || text.back() != 'Z') return std::nullopt;
  for (std::size_t place = 0; place < kForm.size(); ++place) {
    if (kForm[place] != '0' && text[place] != kForm[place]) return std::nullopt;
  }
  std::array<int, 6> parts{};
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const auto number = ReadDigits(text.substr(kPlaces[part].first, kPlaces[part].second));
    if (!number) return std::nullopt;
    parts[part] = *number;
  }
  const std::chrono::year_month_day date{std::chrono::year(parts[0]),
                                         std::chrono::month(static_cast<unsigned>(parts[1])),
                                         std::chrono::day(static_cast<unsigned>(parts[2]))};
  const auto fraction = ReadFraction(text.substr(kForm.size(), text.size() - kForm.size() - 1));
  const bool possible = date.ok() && parts[0] >= 1900 && parts[0] < 2200 && parts[3] < 24 &&
                        parts[4] < 60 && parts[5] < 60;
  if (!possible || !fraction) return std::nullopt;
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(parts[3]) +
         std::chrono::minutes(parts[4]) + std::chrono::seconds(parts[5]) + *fraction;
}

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
