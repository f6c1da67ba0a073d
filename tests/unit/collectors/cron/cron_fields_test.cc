// What a cron expression may say, and what is said of one that cannot be read.

#include "collectors/cron/cron_fields.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace cckm {
namespace {

std::string Message(const std::string& text) {
  const auto fields = ParseCronFields(text);
  if (fields) return "readable";
  EXPECT_EQ(fields.error().kind, ErrorKind::kSchema);
  return fields.error().message;
}

std::vector<int> Members(std::uint64_t set) {
  std::vector<int> members;
  for (int i = 0; i < 64; ++i) {
    if ((set >> i & 1) != 0) members.push_back(i);
  }
  return members;
}

using Values = std::vector<int>;

TEST(CronFieldsTest, ListsRangesAndStepsAreSetsOfNumbers) {
  struct Case {
    const char* field;
    Values minutes;
  };
  const Case cases[] = {
      {"0", {0}},
      {"59", {59}},
      {"05", {5}},
      {"1,3,2,3", {1, 2, 3}},
      {"7-9", {7, 8, 9}},
      {"7-7", {7}},
      {"*/20", {0, 20, 40}},
      {"*/60", {0}},
      {"*/4000000000", {0}},
      {"1/4294967295", {1}},
      {"50/3", {50, 53, 56, 59}},
      {"10-20/5", {10, 15, 20}},
      {"10-19/5", {10, 15}},
      {"1,10-12,58/1", {1, 10, 11, 12, 58, 59}},
  };
  for (const Case& one : cases) {
    const auto fields = ParseCronFields(std::string(one.field) + " * * * *");
    ASSERT_TRUE(fields) << one.field;
    EXPECT_EQ(Members(fields->minutes), one.minutes) << one.field;
  }
  EXPECT_EQ(Members(ParseCronFields("* * * * *")->minutes).size(), 60U);
}

TEST(CronFieldsTest, MonthsAndWeekdaysHaveNamesWithoutCase) {
  struct Case {
    const char* months_and_weekdays;
    Values months;
    Values weekdays;
  };
  const Case cases[] = {
      {"jan,DEC,Jun mon,FRI", {1, 6, 12}, {1, 5}},
      {"feb-APR Tue-thu", {2, 3, 4}, {2, 3, 4}},
      {"oct/2 mon/3", {10, 12}, {1, 4, 0}},
      {"3-may sun", {3, 4, 5}, {0}},
      {"jan 0", {1}, {0}},
      {"jan 7", {1}, {0}},
      {"jan 5-7", {1}, {0, 5, 6}},
      {"jan fri-sun", {1}, {0, 5, 6}},
      {"jan 6-0", {1}, {0, 6}},
      {"jan sun-tue", {1}, {0, 1, 2}},
      {"jan sun-sun", {1}, {0}},
      {"jan 0-7", {1}, {0, 1, 2, 3, 4, 5, 6}},
      {"jan 1-7/3", {1}, {0, 1, 4}},
      {"jan */2", {1}, {0, 2, 4, 6}},
      {"jan */7", {1}, {0}},
  };
  for (Case one : cases) {
    const auto fields = ParseCronFields("0 0 * " + std::string(one.months_and_weekdays));
    ASSERT_TRUE(fields) << one.months_and_weekdays;
    std::ranges::sort(one.weekdays);
    EXPECT_EQ(Members(fields->months), one.months) << one.months_and_weekdays;
    EXPECT_EQ(Members(fields->days_of_week), one.weekdays) << one.months_and_weekdays;
  }
}

TEST(CronFieldsTest, ADayFieldIsGivenUnlessItIsALoneAsteriskOrQuestionMark) {
  for (const char* text : {"0 0 * * *", "0 0 ? * ?", "0 0 1 * *", "0 0 ? * 1", "0 0 */2 * ?"}) {
    EXPECT_FALSE(ParseCronFields(text)->either_day) << text;
  }
  for (const char* text : {"0 0 1 * 1", "0 0 */2 * 1", "0 0 1-31 * 0-6", "0 0 *,1 * */1"}) {
    EXPECT_TRUE(ParseCronFields(text)->either_day) << text;
  }
}

TEST(CronFieldsTest, FieldsStandBetweenBlanksOfAnyNumber) {
  EXPECT_EQ(Message("  0\t0   1 1\n1 "), "readable");
  const std::string padded = "0 0 1 1 1" + std::string(247, ' ');
  EXPECT_EQ(Message(padded), "readable");
  EXPECT_EQ(Message(padded + " "), "the expression has 257 bytes; allowed are 256");
}

TEST(CronFieldsTest, ThereAreFiveFieldsAndNoMacros) {
  const std::string allowed =
      " fields; allowed are five: minute, hour, day of month, month, day of week";
  EXPECT_EQ(Message(""), R"(the expression "" has 0)" + allowed);
  EXPECT_EQ(Message("@daily"), R"(the expression "@daily" has 1)" + allowed);
  EXPECT_EQ(Message("* * * *"), R"(the expression "* * * *" has 4)" + allowed);
  EXPECT_EQ(Message("0 0 0 * * ?"), R"(the expression "0 0 0 * * ?" has 6)" + allowed);
}

TEST(CronFieldsTest, AMistakeIsToldWithItsPlaceAndWhatIsAllowed) {
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"60 * * * *", R"(minute "60" is out of range; allowed are 0 to 59)"},
      {"* 24 * * *", R"(hour "24" is out of range; allowed are 0 to 23)"},
      {"* * 0 * *", R"(day of month "0" is out of range; allowed are 1 to 31)"},
      {"* * 1-32 * *", R"(day of month "32" is out of range; allowed are 1 to 31)"},
      {"* * * 13 *", R"(month "13" is out of range; allowed are 1 to 12 and jan to dec)"},
      {"* * * january *", R"(month "january" is no value; allowed are 1 to 12 and jan to dec)"},
      {"* * * * 8", R"(day of week "8" is out of range; allowed are 0 to 7 and sun to sat)"},
      {"mon * * * *", R"(minute "mon" is no number; allowed are 0 to 59)"},
      {"* * mon * *", R"(day of month "mon" is no number; allowed are 1 to 31)"},
      {"5-3 * * * *", R"(minute "5-3" ends before it begins; allowed are 0 to 59)"},
      {"* * * * 7-1",
       R"(day of week "7-1" ends before it begins; allowed are 0 to 7 and sun to sat)"},
      {"*/0 * * * *", R"(minute "*/0" has a step that is no number above 0; allowed are 0 to 59)"},
      {"*/ * * * *", R"(minute "*/" has a step that is no number above 0; allowed are 0 to 59)"},
      {"*/a * * * *", R"(minute "*/a" has a step that is no number above 0; allowed are 0 to 59)"},
      {"1,,2 * * * *", R"(minute "" is no number; allowed are 0 to 59)"},
      {", * * * *", R"(minute "" is no number; allowed are 0 to 59)"},
      {"? * * * *", R"(minute "?" is no number; allowed are 0 to 59)"},
      {"* * * ? *", R"(month "?" is no value; allowed are 1 to 12 and jan to dec)"},
  };
  for (const Case& one : cases) EXPECT_EQ(Message(one.text), one.message) << one.text;
}

TEST(CronFieldsTest, WhatOtherDialectsKnowIsRefused) {
  for (const char* text : {"* * L * *",
                           "* * 15W * *",
                           "* * * * 5L",
                           "* * * * 1#2",
                           "H * * * *",
                           "* * ?,1 * *",
                           "* * ?/2 * *",
                           "-1 * * * *",
                           "1- * * * *",
                           "-5 * * * *",
                           "1-2-3 * * * *",
                           "1/2/3 * * * *",
                           "*-5 * * * *",
                           "** * * * *",
                           "+1 * * * *",
                           "0x1 * * * *",
                           "1.5 * * * *",
                           "1;2 * * * *",
                           "4294967297 * * * *",
                           "99999999999999999999999 * * * *",
                           "*/99999999999999999999 * * * *",
                           "*/-1 * * * *",
                           "TZ=UTC * * * *",
                           "* * * * mond"}) {
    EXPECT_NE(Message(text), "readable") << text;
  }
}

TEST(CronFieldsTest, OfAHostileTextAShortPieceIsQuotedInAscii) {
  EXPECT_EQ(Message("\x1B[2J\xFF\xC3\xA9\"\\ * * * *"),
            R"(minute "?[2J??"\" is no number; allowed are 0 to 59)");
  EXPECT_EQ(Message(std::string(200, 'x') + " * * * *"),
            "minute \"" + std::string(40, 'x') + "...\" is no number; allowed are 0 to 59");
  EXPECT_LT(Message(std::string(200, '\n') + "x").size(), 200U);
  EXPECT_NE(Message(std::string("0\0 0 * * *", 10)), "readable");
}

}  // namespace
}  // namespace cckm
