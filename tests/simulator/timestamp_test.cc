#include "tests/simulator/timestamp.h"

#include <gtest/gtest.h>

namespace cckm::simulator {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(TimestampTest, FractionsLoseTheirTrailingZeros) {
  struct Case {
    nanoseconds fraction;
    Precision precision;
    std::string expected;
  };
  const Case cases[] = {
      {nanoseconds(0), Precision::kNanoseconds, "2021-03-03T06:10:52Z"},
      {nanoseconds(128'836'000), Precision::kNanoseconds, "2021-03-03T06:10:52.128836Z"},
      {nanoseconds(503'880'000), Precision::kMicroseconds, "2021-03-03T06:10:52.50388Z"},
      {nanoseconds(605'578'452), Precision::kNanoseconds, "2021-03-03T06:10:52.605578452Z"},
      {nanoseconds(605'578'999), Precision::kMicroseconds, "2021-03-03T06:10:52.605578Z"},
      {nanoseconds(1), Precision::kNanoseconds, "2021-03-03T06:10:52.000000001Z"},
      {nanoseconds(1), Precision::kMicroseconds, "2021-03-03T06:10:52Z"},
  };
  for (const Case& row : cases) {
    const TimePoint time(seconds(1614751852) + row.fraction);
    EXPECT_EQ(FormatTimestamp(time, row.precision), row.expected);
  }
}

TEST(TimestampTest, DaysAndMonthsAreThoseOfTheCalendar) {
  EXPECT_EQ(FormatTimestamp(TimePoint(seconds(0)), Precision::kNanoseconds),
            "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatTimestamp(TimePoint(seconds(951782399)), Precision::kNanoseconds),
            "2000-02-28T23:59:59Z");
  EXPECT_EQ(FormatTimestamp(TimePoint(seconds(951782400)), Precision::kNanoseconds),
            "2000-02-29T00:00:00Z");
}

TEST(TimestampTest, HttpDateHasTheFixedForm) {
  EXPECT_EQ(FormatHttpDate(TimePoint(seconds(784111777) + nanoseconds(5))),
            "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(TimestampTest, WhatWasFormattedIsParsedAgain) {
  for (const std::string_view text :
       {"2021-03-03T06:10:52Z", "2024-02-29T23:59:59.5Z", "2023-12-31T00:00:00.123456789Z"}) {
    const auto time = ParseTimestamp(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(FormatTimestamp(*time, Precision::kNanoseconds), text);
  }
}

TEST(TimestampTest, WhatIsNoTimeIsNotParsed) {
  for (const std::string_view text :
       {"", "Z", "2021-03-03", "2021-03-03T06:10:52", "2021-03-03 06:10:52Z",
        "2021-02-29T00:00:00Z", "2021-03-03T24:00:00Z", "2021-03-03T06:60:00Z",
        "2021-03-03T06:10:52.Z", "2021-03-03T06:10:52.1234567890Z", "2021-03-03T06:10:-2Z",
        "2021-03-03T06:10:52+01:00", "0001-01-01T00:00:00Z", "2021-03-03T06:10:5x.5Z"}) {
    EXPECT_FALSE(ParseTimestamp(text)) << text;
  }
}

}  // namespace
}  // namespace cckm::simulator
