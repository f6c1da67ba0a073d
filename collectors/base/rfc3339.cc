#include "collectors/base/rfc3339.h"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "collectors/base/text.h"

namespace cckm {
namespace {

using std::chrono::sys_days;

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

// Midnight of the first of January, in seconds since the Unix epoch.
constexpr std::int64_t StartOfYear(int year) {
  const sys_days day{std::chrono::year(year) / std::chrono::January / 1};
  return day.time_since_epoch().count() * kSecondsPerDay;
}
constexpr std::int64_t kZeroTime = StartOfYear(1);
constexpr std::int64_t kFirstReadable = StartOfYear(1970);
constexpr std::int64_t kFirstBeyond = StartOfYear(2262);

// Reads a text from left to right; whatever does not match stays unread.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }
  bool NextIsDigit() const { return !rest_.empty() && IsDigit(rest_.front()); }

  bool Take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // A number of exactly that many digits, between lowest and highest.
  std::optional<int> TakeNumber(std::size_t digits, int lowest, int highest) {
    if (rest_.size() < digits) return std::nullopt;
    int number = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (!IsDigit(c)) return std::nullopt;
      number = number * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    if (number < lowest || number > highest) return std::nullopt;
    return number;
  }

  // REQUIRES: NextIsDigit().
  int TakeDigit() {
    const int digit = rest_.front() - '0';
    rest_.remove_prefix(1);
    return digit;
  }

 private:
  std::string_view rest_;
};

// full-date, as seconds since the Unix epoch.
std::optional<std::int64_t> ScanDate(Scanner& scanner) {
  const auto year = scanner.TakeNumber(4, 0, 9999);
  if (!year || !scanner.Take('-')) return std::nullopt;
  const auto month = scanner.TakeNumber(2, 1, 12);
  if (!month || !scanner.Take('-')) return std::nullopt;
  const auto day = scanner.TakeNumber(2, 1, 31);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return sys_days(date).time_since_epoch().count() * kSecondsPerDay;
}

enum class Colon { kNeeded, kOptional };

// time-hour ":" time-minute, in seconds.
std::optional<std::int64_t> ScanHourAndMinute(Scanner& scanner, Colon colon) {
  const auto hour = scanner.TakeNumber(2, 0, 23);
  if (!hour || (!scanner.Take(':') && colon == Colon::kNeeded)) return std::nullopt;
  const auto minute = scanner.TakeNumber(2, 0, 59);
  if (!minute) return std::nullopt;
  return std::int64_t{*hour} * 3600 + std::int64_t{*minute} * 60;
}

// partial-time without its fraction, in seconds; 60 of them carry into the next minute by
// themselves.
std::optional<std::int64_t> ScanTimeOfDay(Scanner& scanner) {
  const auto start_of_minute = ScanHourAndMinute(scanner, Colon::kNeeded);
  if (!start_of_minute || !scanner.Take(':')) return std::nullopt;
  const auto second = scanner.TakeNumber(2, 0, 60);
  if (!second) return std::nullopt;
  return *start_of_minute + *second;
}

// [time-secfrac], in nanoseconds.
std::optional<std::int64_t> ScanFraction(Scanner& scanner) {
  if (!scanner.Take('.')) return 0;
  if (!scanner.NextIsDigit()) return std::nullopt;
  std::int64_t nanoseconds = 0;
  std::int64_t unit = kNanosecondsPerSecond / 10;
  for (; scanner.NextIsDigit(); unit /= 10) nanoseconds += scanner.TakeDigit() * unit;
  return nanoseconds;
}

// time-offset, in seconds east of UTC.
std::optional<std::int64_t> ScanOffset(Scanner& scanner) {
  if (scanner.Take('Z') || scanner.Take('z')) return 0;
  const bool west = scanner.Take('-');
  if (!west && !scanner.Take('+')) return std::nullopt;
  const auto length = ScanHourAndMinute(scanner, Colon::kOptional);
  if (!length) return std::nullopt;
  return west ? -*length : *length;
}

ParsedTime FromInstant(std::int64_t seconds, std::int64_t nanoseconds) {
  if (seconds == kZeroTime && nanoseconds == 0) return {ParsedTime::Kind::kUnset, {}};
  if (seconds < kFirstReadable || seconds >= kFirstBeyond) return {};
  return {ParsedTime::Kind::kTime,
          WallTime(Nanoseconds(seconds * kNanosecondsPerSecond + nanoseconds))};
}

void AppendFraction(std::string& text, std::int64_t nanoseconds) {
  if (nanoseconds == 0) return;
  std::size_t digits = 9;
  for (; nanoseconds % 1000 == 0; nanoseconds /= 1000) digits -= 3;
  text += fmt::format(".{:0{}}", nanoseconds, digits);
}

}  // namespace

ParsedTime ParseRfc3339(std::string_view text) {
  Scanner scanner(text);
  const auto date = ScanDate(scanner);
  if (!date || !(scanner.Take('T') || scanner.Take('t') || scanner.Take(' '))) return {};
  const auto time_of_day = ScanTimeOfDay(scanner);
  if (!time_of_day) return {};
  const auto nanoseconds = ScanFraction(scanner);
  if (!nanoseconds) return {};
  const auto offset = ScanOffset(scanner);
  if (!offset || !scanner.AtEnd()) return {};
  return FromInstant(*date + *time_of_day - *offset, *nanoseconds);
}

std::string FormatRfc3339(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<Nanoseconds> time_of_day(time - day);
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                 static_cast<unsigned>(date.day()), time_of_day.hours().count(),
                                 time_of_day.minutes().count(), time_of_day.seconds().count());
  AppendFraction(text, time_of_day.subseconds().count());
  return text + 'Z';
}

}  // namespace cckm
