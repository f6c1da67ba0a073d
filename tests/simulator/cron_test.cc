#include "tests/simulator/cron.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace cckm::simulator {
namespace {

TimePoint At(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  using namespace std::chrono;
  return TimePoint(sys_days(std::chrono::year(year) / std::chrono::month(month) /
                            std::chrono::day(day))) +
         hours(hour) + minutes(minute);
}

std::string Shown(TimePoint time) {
  return time == kNever ? "never" : FormatTimestamp(time, Precision::kNanoseconds);
}

TEST(CronTest, TheNextDueMinuteIsTheFirstLaterOneThatTheFieldsName) {
  struct Case {
    std::string_view expression;
    TimePoint from;
    std::string_view next;
  };
  const Case cases[] = {
      {"* * * * *", At(2024, 1, 1, 0, 0), "2024-01-01T00:01:00Z"},
      {"* * * * *", At(2024, 1, 1) + std::chrono::nanoseconds(1), "2024-01-01T00:01:00Z"},
      {"* * * * *", At(2023, 12, 31, 23, 59), "2024-01-01T00:00:00Z"},
      {"*/5 * * * *", At(2024, 1, 1, 0, 55), "2024-01-01T01:00:00Z"},
      {"10-30/10 * * * *", At(2024, 1, 1, 0, 10), "2024-01-01T00:20:00Z"},
      {"50/4 * * * *", At(2024, 1, 1, 0, 54), "2024-01-01T00:58:00Z"},
      {"0,30 2,4 * * *", At(2024, 1, 1, 2, 30), "2024-01-01T04:00:00Z"},
      {"0 9 * * fri", At(2024, 1, 1), "2024-01-05T09:00:00Z"},
      {"0 9 * * FRI", At(2024, 1, 1), "2024-01-05T09:00:00Z"},
      {"0 0 ? * 7", At(2024, 1, 1), "2024-01-07T00:00:00Z"},
      {"0 0 * * 0", At(2024, 1, 1), "2024-01-07T00:00:00Z"},
      {"0 0 * * 5-7", At(2024, 1, 6), "2024-01-07T00:00:00Z"},
      {"0 0 31 * ?", At(2024, 3, 31), "2024-05-31T00:00:00Z"},
      {"0 0 29 2 *", At(2024, 2, 29), "2028-02-29T00:00:00Z"},
      {"0 0 29 feb *", At(2096, 2, 29), "2104-02-29T00:00:00Z"},
      {"0 0 30 2 *", At(2024, 1, 1), "never"},
      {"0 0 13 * fri", At(2024, 1, 1), "2024-01-05T00:00:00Z"},
      {"0 0 13 * fri", At(2024, 1, 12), "2024-01-13T00:00:00Z"},
      {"0 0 */2 * mon", At(2024, 1, 1), "2024-01-03T00:00:00Z"},
      {"  0   0  1 Jan  * ", At(2024, 1, 1), "2025-01-01T00:00:00Z"},
  };
  for (const Case& row : cases) {
    const auto cron = Cron::Parse(row.expression);
    ASSERT_TRUE(cron) << row.expression;
    EXPECT_EQ(Shown(cron->After(row.from)), row.next) << row.expression;
  }
}

TEST(CronTest, TheLastDueMinuteLiesBeforeTheMoment) {
  struct Case {
    std::string_view expression;
    TimePoint from;
    std::string_view last;
  };
  const Case cases[] = {
      {"* * * * *", At(2024, 1, 1), "2023-12-31T23:59:00Z"},
      {"* * * * *", At(2024, 1, 1) + std::chrono::nanoseconds(1), "2024-01-01T00:00:00Z"},
      {"0 2 * * *", At(2024, 3, 1, 2, 0), "2024-02-29T02:00:00Z"},
      {"15 2 * * *", At(2024, 3, 1, 2, 16), "2024-03-01T02:15:00Z"},
      {"0 0 29 2 *", At(2024, 2, 29), "2020-02-29T00:00:00Z"},
  };
  for (const Case& row : cases) {
    const auto last = Cron::Parse(row.expression)->Before(row.from);
    ASSERT_TRUE(last) << row.expression;
    EXPECT_EQ(Shown(*last), row.last) << row.expression;
  }
  EXPECT_FALSE(Cron::Parse("0 0 31 4 *")->Before(At(2024, 1, 1)));
}

TEST(CronTest, WhatIsNoExpressionIsRefused) {
  for (const std::string_view text : {"",
                                      "* * * *",
                                      "* * * * * *",
                                      "60 * * * *",
                                      "* 24 * * *",
                                      "* * 0 * *",
                                      "* * 32 * *",
                                      "* * * 13 * ",
                                      "* * * 0 *",
                                      "* * * * 8",
                                      "-1 * * * *",
                                      "1- * * * *",
                                      "5-2 * * * *",
                                      "*/0 * * * *",
                                      "*/ * * * *",
                                      "1,,2 * * * *",
                                      ", * * * *",
                                      "? * * * *",
                                      "* * * ? *",
                                      "mon * * * *",
                                      "* * * * january",
                                      "@daily",
                                      "*/x * * * *",
                                      "1-2-3 * * * *"}) {
    EXPECT_FALSE(Cron::Parse(text)) << text;
  }
}

}  // namespace
}  // namespace cckm::simulator
