#include "collectors/cron/cron_expression.h"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace cckm {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_days;
using Minute = std::chrono::sys_time<minutes>;

constexpr minutes kLastMinuteOfDay = hours(24) - minutes(1);
// The longest time without a due day: eight years, from 29 February 2096 to that of 2104.
constexpr days kLongestWait = days(8 * 366);

constexpr bool Has(std::uint64_t set, unsigned value) { return (set >> value & 1) != 0; }

// The smallest member from `value` upwards, or the greatest down from it.  REQUIRES: value < 64.
std::optional<unsigned> MemberFrom(std::uint64_t set, unsigned value) {
  const std::uint64_t rest = set >> value;
  if (rest == 0) return std::nullopt;
  return value + static_cast<unsigned>(std::countr_zero(rest));
}
std::optional<unsigned> MemberUntil(std::uint64_t set, unsigned value) {
  const std::uint64_t rest = set << (63 - value);
  if (rest == 0) return std::nullopt;
  return value - static_cast<unsigned>(std::countl_zero(rest));
}

// None for what lies outside of the range of WallTime.
std::optional<WallTime> ToWallTime(Minute minute) {
  constexpr Minute kEarliest = std::chrono::ceil<minutes>(WallTime::min());
  constexpr Minute kLatest = std::chrono::floor<minutes>(WallTime::max());
  if (minute < kEarliest || minute > kLatest) return std::nullopt;
  return WallTime(minute);
}

struct HourAndMinute {
  unsigned hour;
  unsigned minute;
};
HourAndMinute Parts(minutes time_of_day) {
  const auto count = static_cast<unsigned>(time_of_day.count());
  return {count / 60, count % 60};
}
minutes TimeOfDay(unsigned hour, unsigned minute) { return hours(hour) + minutes(minute); }

}  // namespace

Result<CronExpression> CronExpression::Parse(std::string_view text) {
  return ParseCronFields(text).map([](const CronFields& fields) { return CronExpression(fields); });
}

bool CronExpression::IsDueOn(sys_days day) const {
  const std::chrono::year_month_day date(day);
  if (!Has(fields_.months, static_cast<unsigned>(date.month()))) return false;
  const bool by_date = Has(fields_.days_of_month, static_cast<unsigned>(date.day()));
  const bool by_weekday = Has(fields_.days_of_week, std::chrono::weekday(day).c_encoding());
  return fields_.either_day ? by_date || by_weekday : by_date && by_weekday;
}

std::optional<minutes> CronExpression::FirstTimeFrom(minutes time_of_day) const {
  const auto [hour, minute] = Parts(time_of_day);
  const auto same_hour = MemberFrom(fields_.minutes, minute);
  if (Has(fields_.hours, hour) && same_hour) return TimeOfDay(hour, *same_hour);
  const auto later_hour = MemberFrom(fields_.hours, hour + 1);
  if (!later_hour) return std::nullopt;
  return TimeOfDay(*later_hour, *MemberFrom(fields_.minutes, 0));
}

std::optional<minutes> CronExpression::LastTimeUntil(minutes time_of_day) const {
  const auto [hour, minute] = Parts(time_of_day);
  const auto same_hour = MemberUntil(fields_.minutes, minute);
  if (Has(fields_.hours, hour) && same_hour) return TimeOfDay(hour, *same_hour);
  const auto earlier_hour = hour == 0 ? std::nullopt : MemberUntil(fields_.hours, hour - 1);
  if (!earlier_hour) return std::nullopt;
  return TimeOfDay(*earlier_hour, *MemberUntil(fields_.minutes, 59));
}

std::optional<WallTime> CronExpression::NextAfter(WallTime moment) const {
  const Minute first = std::chrono::floor<minutes>(moment) + minutes(1);
  const auto first_day = std::chrono::floor<days>(first);
  minutes time_of_day = first - first_day;
  for (sys_days day = first_day; day <= first_day + kLongestWait; day += days(1)) {
    const auto time = IsDueOn(day) ? FirstTimeFrom(time_of_day) : std::nullopt;
    if (time) return ToWallTime(day + *time);
    time_of_day = minutes(0);
  }
  return std::nullopt;
}

std::optional<WallTime> CronExpression::LastAtOrBefore(WallTime moment) const {
  const auto last = std::chrono::floor<minutes>(moment);
  const auto last_day = std::chrono::floor<days>(last);
  minutes time_of_day = last - last_day;
  for (sys_days day = last_day; day >= last_day - kLongestWait; day -= days(1)) {
    const auto time = IsDueOn(day) ? LastTimeUntil(time_of_day) : std::nullopt;
    if (time) return ToWallTime(day + *time);
    time_of_day = kLastMinuteOfDay;
  }
  return std::nullopt;
}

std::optional<Nanoseconds> CronExpression::LongestGap(WallTime from, days horizon) const {
  const bool is_in_range = from <= WallTime::max() - horizon;
  const WallTime until = is_in_range ? from + horizon : WallTime::max();
  const auto first = NextAfter(from);
  if (!first) return std::nullopt;
  const auto last = LastAtOrBefore(until);
  if (last && *last > *first) return LongestGapBetween(*first, *last);
  const auto second = NextAfter(*first);
  if (!second) return std::nullopt;
  return *second - *first;
}

minutes CronExpression::LongestGapOfDay(minutes first, minutes last) const {
  minutes longest(0);
  for (minutes time = first; time < last;) {
    const minutes next = *FirstTimeFrom(time + minutes(1));
    longest = std::max(longest, next - time);
    time = next;
  }
  return longest;
}

minutes CronExpression::LongestGapBetween(WallTime first, WallTime last) const {
  const auto first_day = std::chrono::floor<days>(first);
  const auto last_day = std::chrono::floor<days>(last);
  const minutes first_of_day = *FirstTimeFrom(minutes(0));
  const minutes last_of_day = *LastTimeUntil(kLastMinuteOfDay);
  const minutes gap_of_day = LongestGapOfDay(first_of_day, last_of_day);

  Minute previous = std::chrono::floor<minutes>(first);
  minutes longest(0);
  for (sys_days day = first_day; day <= last_day; day += days(1)) {
    if (!IsDueOn(day)) continue;
    const bool is_whole = day != first_day && day != last_day;
    const Minute begin = day == first_day ? previous : day + first_of_day;
    const Minute end = day == last_day ? std::chrono::floor<minutes>(last) : day + last_of_day;
    longest = std::max({longest, begin - previous,
                        is_whole ? gap_of_day : LongestGapOfDay(begin - day, end - day)});
    previous = end;
  }
  return longest;
}

}  // namespace cckm
