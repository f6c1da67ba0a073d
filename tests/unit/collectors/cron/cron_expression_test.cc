// When a cron expression is due: single moments, calendars, and the longest gap.

#include "collectors/cron/cron_expression.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <span>
#include <string>

#include "collectors/base/rfc3339.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

WallTime Time(std::string_view text) {
  const ParsedTime parsed = ParseRfc3339(text);
  EXPECT_EQ(parsed.kind, ParsedTime::Kind::kTime) << text;
  return parsed.time;
}

CronExpression Expression(const std::string& text) { return CronExpression::Parse(text).value(); }

std::string Text(const std::optional<WallTime>& time) {
  return time ? FormatRfc3339(*time) : "never";
}

struct Case {
  const char* expression;
  const char* moment;
  const char* last;  // at or before the moment
  const char* next;
};

void ExpectTimes(std::span<const Case> cases) {
  for (const Case& one : cases) {
    const auto expression = Expression(one.expression);
    const WallTime moment = Time(one.moment);
    EXPECT_EQ(Text(expression.LastAtOrBefore(moment)), one.last)
        << one.expression << " at " << one.moment;
    EXPECT_EQ(Text(expression.NextAfter(moment)), one.next)
        << one.expression << " at " << one.moment;
  }
}

TEST(CronExpressionTest, TheMomentItselfIsTheLastTimeAndNeverTheNext) {
  const Case cases[] = {
      {"* * * * *", "2024-05-06T07:08:00Z", "2024-05-06T07:08:00Z", "2024-05-06T07:09:00Z"},
      {"* * * * *", "2024-05-06T07:08:00.000000001Z", "2024-05-06T07:08:00Z",
       "2024-05-06T07:09:00Z"},
      {"* * * * *", "2024-05-06T07:07:59.999999999Z", "2024-05-06T07:07:00Z",
       "2024-05-06T07:08:00Z"},
      {"0 3 * * *", "2024-05-06T03:00:00Z", "2024-05-06T03:00:00Z", "2024-05-07T03:00:00Z"},
      {"0 3 * * *", "2024-05-06T02:59:59Z", "2024-05-05T03:00:00Z", "2024-05-06T03:00:00Z"},
      {"30 23 * * *", "2024-05-06T23:29:00Z", "2024-05-05T23:30:00Z", "2024-05-06T23:30:00Z"},
      {"0 0 * * *", "2024-05-06T00:00:00+02:00", "2024-05-05T00:00:00Z", "2024-05-06T00:00:00Z"},
  };
  ExpectTimes(cases);
}

TEST(CronExpressionTest, StepsAndRangesGoOnInTheNextHourAndDay) {
  const Case cases[] = {
      {"10-40/15 8-18/5 * * *", "2024-05-06T08:39:00Z", "2024-05-06T08:25:00Z",
       "2024-05-06T08:40:00Z"},
      {"10-40/15 8-18/5 * * *", "2024-05-06T08:41:00Z", "2024-05-06T08:40:00Z",
       "2024-05-06T13:10:00Z"},
      {"10-40/15 8-18/5 * * *", "2024-05-06T18:41:00Z", "2024-05-06T18:40:00Z",
       "2024-05-07T08:10:00Z"},
      {"50/7 * * * *", "2024-05-06T00:00:00Z", "2024-05-05T23:57:00Z", "2024-05-06T00:50:00Z"},
      {"0 */7 * * *", "2024-05-06T21:30:00Z", "2024-05-06T21:00:00Z", "2024-05-07T00:00:00Z"},
  };
  ExpectTimes(cases);
}

// 6 May 2024 is a Monday.
TEST(CronExpressionTest, OfTwoGivenDayFieldsEitherMatches) {
  const Case cases[] = {
      {"0 0 10 * mon", "2024-05-07T00:00:00Z", "2024-05-06T00:00:00Z", "2024-05-10T00:00:00Z"},
      {"0 0 10 * mon", "2024-05-10T00:00:00Z", "2024-05-10T00:00:00Z", "2024-05-13T00:00:00Z"},
      {"0 0 10 jun mon", "2024-05-31T00:00:00Z", "2023-06-26T00:00:00Z", "2024-06-03T00:00:00Z"},
      {"0 0 10 * *", "2024-05-06T00:00:00Z", "2024-04-10T00:00:00Z", "2024-05-10T00:00:00Z"},
      {"0 0 10 * ?", "2024-05-06T00:00:00Z", "2024-04-10T00:00:00Z", "2024-05-10T00:00:00Z"},
      {"0 0 * * mon", "2024-05-10T00:00:00Z", "2024-05-06T00:00:00Z", "2024-05-13T00:00:00Z"},
      {"0 0 ? * mon", "2024-05-10T00:00:00Z", "2024-05-06T00:00:00Z", "2024-05-13T00:00:00Z"},
      {"0 0 ? * ?", "2024-05-10T00:00:00Z", "2024-05-10T00:00:00Z", "2024-05-11T00:00:00Z"},
      // Odd days and Mondays.
      {"0 0 */2 * mon", "2024-05-05T00:00:00Z", "2024-05-05T00:00:00Z", "2024-05-06T00:00:00Z"},
      {"0 0 */2 * mon", "2024-05-07T00:00:00Z", "2024-05-07T00:00:00Z", "2024-05-09T00:00:00Z"},
      // Every day of the month, so every day.
      {"0 0 1-31 * mon", "2024-05-07T00:00:00Z", "2024-05-07T00:00:00Z", "2024-05-08T00:00:00Z"},
      {"0 0 10 * */1", "2024-05-07T00:00:00Z", "2024-05-07T00:00:00Z", "2024-05-08T00:00:00Z"},
      // Of a date that never comes the weekdays are left.
      {"0 0 30 feb sun", "2024-02-20T00:00:00Z", "2024-02-18T00:00:00Z", "2024-02-25T00:00:00Z"},
  };
  ExpectTimes(cases);
}

TEST(CronExpressionTest, SundayIsZeroAndSeven) {
  for (const char* weekday : {"0", "7", "sun", "0,7"}) {
    const auto expression = Expression("0 0 * * " + std::string(weekday));
    EXPECT_EQ(Text(expression.NextAfter(Time("2024-05-06T00:00:00Z"))), "2024-05-12T00:00:00Z");
  }
}

TEST(CronExpressionTest, MonthsLeapYearsAndTurnsOfTheYear) {
  const Case cases[] = {
      {"0 0 31 * *", "2024-03-31T00:00:00Z", "2024-03-31T00:00:00Z", "2024-05-31T00:00:00Z"},
      {"0 0 30 * *", "2024-01-30T00:00:00Z", "2024-01-30T00:00:00Z", "2024-03-30T00:00:00Z"},
      {"59 23 31 12 *", "2024-12-31T23:59:00Z", "2024-12-31T23:59:00Z", "2025-12-31T23:59:00Z"},
      {"0 0 1 1 *", "2024-12-31T23:59:59Z", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"},
      {"0 0 29 2 *", "2024-02-28T23:59:00Z", "2020-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
      {"0 0 29 2 *", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2028-02-29T00:00:00Z"},
      {"0 0 29 feb *", "2098-01-01T00:00:00Z", "2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z"},
      {"0 0 29 feb *", "2000-02-28T00:00:00Z", "1996-02-29T00:00:00Z", "2000-02-29T00:00:00Z"},
      {"59 23 28 2 *", "2100-03-01T00:00:00Z", "2100-02-28T23:59:00Z", "2101-02-28T23:59:00Z"},
      {"0 12 */1 2 *", "2100-02-28T12:00:00Z", "2100-02-28T12:00:00Z", "2101-02-01T12:00:00Z"},
      {"0 0 30 2 *", "2024-01-01T00:00:00Z", "never", "never"},
      {"* * 31 feb,apr,jun,sep,nov ?", "2024-01-01T00:00:00Z", "never", "never"},
  };
  ExpectTimes(cases);
}

TEST(CronExpressionTest, TheRangeOfWallTimeIsNotLeft) {
  const auto minutely = Expression("* * * * *");
  EXPECT_EQ(minutely.NextAfter(WallTime::max()), std::nullopt);
  EXPECT_EQ(minutely.LastAtOrBefore(WallTime::min()), std::nullopt);
  EXPECT_EQ(minutely.LastAtOrBefore(WallTime::max()),
            std::chrono::floor<std::chrono::minutes>(WallTime::max()));
  EXPECT_EQ(minutely.NextAfter(WallTime::min()),
            std::chrono::ceil<std::chrono::minutes>(WallTime::min()));
  EXPECT_EQ(minutely.LongestGap(WallTime::min()), 1min);
  EXPECT_EQ(minutely.LongestGap(WallTime::max() - 3min), 1min);
  EXPECT_EQ(minutely.LongestGap(WallTime::max()), std::nullopt);
  EXPECT_EQ(Expression("0 1,4,12 * * *").LongestGap(WallTime::max() - days(3)), 13h);
  const auto leap_day = Expression("0 0 29 2 *");
  EXPECT_EQ(leap_day.NextAfter(WallTime::max()), std::nullopt);
  EXPECT_EQ(leap_day.LastAtOrBefore(WallTime::min()), std::nullopt);
  EXPECT_EQ(leap_day.LongestGap(WallTime::max() - 1min), std::nullopt);
  EXPECT_EQ(Text(minutely.LastAtOrBefore(WallTime(-1ns))), Text(WallTime(-1min)));
  EXPECT_EQ(minutely.NextAfter(WallTime(-1ns)), WallTime(0ns));
}

TEST(CronExpressionTest, TheLongestGapIsThatOfTheNext400Days) {
  struct Gap {
    const char* expression;
    const char* from;
    Nanoseconds longest;
  };
  const Gap gaps[] = {
      {"* * * * *", "2024-05-06T07:08:09Z", 1min},
      {"*/25 * * * *", "2024-05-06T07:08:09Z", 25min},
      {"0 3 * * *", "2024-05-06T07:08:09Z", 24h},
      {"0 8-18 * * *", "2024-05-06T07:08:09Z", 14h},
      {"0 0,1 * * *", "2024-05-06T07:08:09Z", 23h},
      {"0 2 * * mon-fri", "2024-05-06T07:08:09Z", 72h},
      {"0 0 1 * *", "2024-05-06T07:08:09Z", days(31)},
      {"0 0 31 * *", "2024-05-06T07:08:09Z", days(61)},
      {"0 0 29 * *", "2022-05-06T07:08:09Z", days(59)},
      // One or two runs are within 400 days.
      {"0 0 6 5 *", "2023-05-05T00:00:00Z", days(366)},
      {"0 0 6 5 *", "2022-05-06T00:00:00Z", days(366)},
      {"0 0 29 2 *", "2024-05-06T07:08:09Z", days(1461)},
      {"0 0 29 2 *", "2095-05-06T07:08:09Z", days(2921)},
      {"0 0 29 2 *", "2098-01-01T00:00:00Z", days(1461)},
  };
  for (const Gap& one : gaps) {
    EXPECT_EQ(Expression(one.expression).LongestGap(Time(one.from)), one.longest)
        << one.expression << " from " << one.from;
  }
  EXPECT_EQ(Expression("0 0 30 2 *").LongestGap(Time("2024-05-06T07:08:09Z")), std::nullopt);
}

TEST(CronExpressionTest, OnlyRunsAfterTheBeginningAndUpToTheHorizonCountForTheGap) {
  const auto expression = Expression("0 1,4,12 * * *");
  const WallTime begin = Time("2024-05-06T04:00:00Z");
  EXPECT_EQ(expression.LongestGap(begin - 1ns, days(1)), 13h);
  EXPECT_EQ(expression.LongestGap(Time("2024-05-06T12:00:00Z"), days(0)), 3h);
  EXPECT_EQ(expression.LongestGap(begin, days(1)), 13h);
  EXPECT_EQ(Expression("0 1,4,6 1 * *").LongestGap(Time("2024-05-01T00:00:00Z"), days(1)), 3h);
  EXPECT_EQ(Expression("0 1,4,6 1 * *").LongestGap(Time("2024-05-01T01:00:00Z"), days(1)), 2h);
  EXPECT_EQ(Expression("0 1,4,20 1 * *").LongestGap(Time("2024-04-30T05:00:00Z"), days(1)), 3h);
}

// Every run one after the other.
std::optional<Nanoseconds> GapByCounting(const CronExpression& expression, WallTime from,
                                         WallTime until) {
  std::optional<Nanoseconds> longest;
  auto run = expression.NextAfter(from);
  while (run) {
    const auto next = expression.NextAfter(*run);
    if (!next || (longest && *next > until)) break;
    longest = std::max(longest.value_or(Nanoseconds(0)), Nanoseconds(*next - *run));
    if (*next > until) break;
    run = next;
  }
  return longest;
}

TEST(CronExpressionTest, TheLongestGapIsTheSameWhereEveryRunIsCounted) {
  std::mt19937 random(7);
  const auto one_of = [&random](std::initializer_list<const char*> texts) {
    return std::string(texts.begin()[random() % texts.size()]);
  };
  for (int i = 0; i < 300; ++i) {
    const std::string text = one_of({"0", "*/20", "7,8,50", "59", "3-40/9"}) + ' ' +
                             one_of({"*", "0", "23", "1,2,13", "8-18/3", "*/7"}) + ' ' +
                             one_of({"*", "?", "1", "31", "*/9", "10-12", "29,30"}) + ' ' +
                             one_of({"*", "*", "2", "jan-mar", "*/5"}) + ' ' +
                             one_of({"*", "?", "mon", "sat,sun", "1-5"});
    const auto expression = Expression(text);
    const WallTime from = WallTime(std::chrono::seconds(random() % 4'000'000'000U));
    const days horizon(1 + random() % 60);
    EXPECT_EQ(expression.LongestGap(from, horizon), GapByCounting(expression, from, from + horizon))
        << text << " from " << Text(from) << " for " << horizon.count();
  }
}

}  // namespace
}  // namespace cckm
