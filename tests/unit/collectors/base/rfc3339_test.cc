#include "collectors/base/rfc3339.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <random>
#include <string>

namespace cckm {
namespace {

using std::string_literals::operator""s;

struct ReadableCase {
  std::string text;
  std::int64_t seconds;
  std::int64_t nanoseconds;
};

const ReadableCase kReadable[] = {
    // What the appliance writes.
    {"2021-03-03T06:10:54.097116Z", 1'614'751'854, 97'116'000},
    {"2021-03-03T06:10:54.50388Z", 1'614'751'854, 503'880'000},
    {"2020-08-06T09:49:34.605578452Z", 1'596'707'374, 605'578'452},
    // Letters of both cases.
    {"2021-03-03t06:10:54z", 1'614'751'854, 0},
    {"2021-03-03T06:10:54z", 1'614'751'854, 0},
    {"2021-03-03t06:10:54Z", 1'614'751'854, 0},
    // Offsets.
    {"2021-03-03T06:10:54+00:00", 1'614'751'854, 0},
    {"2021-03-03T06:10:54-00:00", 1'614'751'854, 0},
    {"2021-03-03T11:40:54+05:30", 1'614'751'854, 0},
    {"2021-03-03T20:10:54+14:00", 1'614'751'854, 0},
    {"2021-03-02T18:10:54-12:00", 1'614'751'854, 0},
    {"2021-03-04T06:09:54+23:59", 1'614'751'854, 0},
    {"2021-03-02T06:11:54-23:59", 1'614'751'854, 0},
    {"2022-01-01T00:59:59+01:00", 1'640'995'199, 0},
    // Every number of fraction digits.
    {"2021-03-03T06:10:54Z", 1'614'751'854, 0},
    {"2021-03-03T06:10:54.1Z", 1'614'751'854, 100'000'000},
    {"2021-03-03T06:10:54.12Z", 1'614'751'854, 120'000'000},
    {"2021-03-03T06:10:54.123Z", 1'614'751'854, 123'000'000},
    {"2021-03-03T06:10:54.1234Z", 1'614'751'854, 123'400'000},
    {"2021-03-03T06:10:54.12345Z", 1'614'751'854, 123'450'000},
    {"2021-03-03T06:10:54.123456Z", 1'614'751'854, 123'456'000},
    {"2021-03-03T06:10:54.1234567Z", 1'614'751'854, 123'456'700},
    {"2021-03-03T06:10:54.12345678Z", 1'614'751'854, 123'456'780},
    {"2021-03-03T06:10:54.123456789Z", 1'614'751'854, 123'456'789},
    {"2021-03-03T06:10:54.1234567899Z", 1'614'751'854, 123'456'789},
    {"2021-03-03T06:10:54.12345678999Z", 1'614'751'854, 123'456'789},
    {"2021-03-03T06:10:54.123456789999Z", 1'614'751'854, 123'456'789},
    {"2021-03-03T06:10:54." + std::string(1000, '9') + "+00:00", 1'614'751'854, 999'999'999},
    {"2021-03-03T06:10:54.000000000001Z", 1'614'751'854, 0},
    {"2021-03-03T06:10:54.000000001Z", 1'614'751'854, 1},
    // Leap days.
    {"2024-02-29T00:00:00Z", 1'709'164'800, 0},
    {"2000-02-29T23:59:59Z", 951'868'799, 0},
    // Leap seconds.
    {"2016-12-31T23:59:60Z", 1'483'228'800, 0},
    {"2016-12-31T23:59:60.25Z", 1'483'228'800, 250'000'000},
    {"2017-01-01T00:59:60+01:00", 1'483'228'800, 0},
    {"2016-12-31T15:59:60-08:00", 1'483'228'800, 0},
    // A blank for T, which RFC 3339 lets stand there, and offsets without a colon, as Go and
    // date(1)
    // write them.
    {"2021-03-03 06:10:54Z", 1'614'751'854, 0},
    {"2021-03-03 06:10:54.5z", 1'614'751'854, 500'000'000},
    {"2021-03-03t06:10:54z", 1'614'751'854, 0},
    {"2021-03-03T06:10:54+0000", 1'614'751'854, 0},
    {"2021-03-03 07:10:54+0100", 1'614'751'854, 0},
    {"2021-03-03T00:40:54-0530", 1'614'751'854, 0},
    // The limits, which hold for the instant and not for its spelling.
    {"1970-01-01T00:00:00Z", 0, 0},
    {"1969-12-31T23:00:00-01:00", 0, 0},
    {"2261-12-31T23:59:59.999999999Z", 9'214'646'399, 999'999'999},
    {"2262-01-01T00:59:59+01:00", 9'214'646'399, 0},
};

TEST(Rfc3339Test, ReadsEveryAllowedSpellingToTheNanosecond) {
  for (const ReadableCase& c : kReadable) {
    const ParsedTime parsed = ParseRfc3339(c.text);
    EXPECT_EQ(parsed.kind, ParsedTime::Kind::kTime) << c.text;
    const Nanoseconds expected(c.seconds * 1'000'000'000 + c.nanoseconds);
    EXPECT_EQ(parsed.time.time_since_epoch().count(), expected.count()) << c.text;
  }
}

TEST(Rfc3339Test, TheZeroTimeInAnySpellingIsUnset) {
  for (const char* text :
       {"0001-01-01T00:00:00Z", "0001-01-01t00:00:00z", "0001-01-01T00:00:00+00:00",
        "0001-01-01T00:00:00-00:00", "0001-01-01T00:00:00.0Z", "0001-01-01T00:00:00.000000000Z",
        "0001-01-01T05:30:00+05:30", "0000-12-31T16:00:00-08:00"}) {
    EXPECT_EQ(ParseRfc3339(text).kind, ParsedTime::Kind::kUnset) << text;
  }
}

const std::string kUnreadable[] = {
    // Not RFC 3339's date and time.
    "",
    "now",
    "1614751854",
    "2021-03-03",
    "06:10:54Z",
    "20210303T061054Z",
    "2021-3-3T6:10:54Z",
    "2021-03-03T06:10Z",
    "21-03-03T06:10:54Z",
    "12021-03-03T06:10:54Z",
    "+2021-03-03T06:10:54Z",
    "-2021-03-03T06:10:54Z",
    "2021/03/03T06:10:54Z",
    "2021-03-03T06-10-54Z",
    "2021-W09-3T06:10:54Z",
    "2021-062T06:10:54Z",
    // White space and other separators.
    "2021-03-03  06:10:54Z",
    "2021-03-03_06:10:54Z",
    " 2021-03-03T06:10:54Z",
    "2021-03-03T06:10:54Z ",
    "2021-03-03T06:10:54 Z",
    "2021-03-03T06:10:54 +00:00",
    "2021-03-03T 6:10:54Z",
    "2021-03-03T06:10:54Z\n",
    "2021-03-03_06:10:54Z",
    // Embedded and trailing NUL, junk, digits of other scripts.
    "2021-03-03T06:10:54Z\0"s,
    "2021-03-03\0T06:10:54Z"s,
    "2021-03-03T06:10:5\0Z"s,
    "2021-03-03T06:10:54ZZ",
    "2021-03-03T06:10:54Z+00:00",
    "2021-03-03T06:10:54Zjunk",
    "2021-03-03T06:10:5\xD9\xA4Z",
    // Offsets.
    "2021-03-03T06:10:54",
    "2021-03-03T06:10:54.097116",
    "2021-03-03T06:10:54+24:00",
    "2021-03-03T06:10:54-24:00",
    "2021-03-03T06:10:54+05:60",
    "2021-03-03T06:10:54+053",
    "2021-03-03T06:10:54+05",
    "2021-03-03T06:10:54+5:30",
    "2021-03-03T06:10:54+",
    "2021-03-03T06:10:54+-5:30",
    "2021-03-03T06:10:54 UTC",
    // Fractions.
    "2021-03-03T06:10:54.Z",
    "2021-03-03T06:10:54,5Z",
    "2021-03-03T06:10:54.5.5Z",
    "2021-03-03T06:10:54.-5Z",
    "2021-03-03T06:10:54.5e1Z",
    // Numbers out of range.
    "2021-00-03T06:10:54Z",
    "2021-13-03T06:10:54Z",
    "2021-03-00T06:10:54Z",
    "2021-03-32T06:10:54Z",
    "2021-04-31T06:10:54Z",
    "2021-02-29T06:10:54Z",
    "2100-02-29T06:10:54Z",
    "2024-02-30T06:10:54Z",
    "2021-03-03T24:00:00Z",
    "2021-03-03T06:60:54Z",
    "2021-03-03T06:10:61Z",
    // Instants out of range.
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00.000000001Z",
    "0001-01-01T00:00:01Z",
    "0001-01-01T00:00:00+01:00",
    "1969-12-31T23:59:59.999999999Z",
    "1970-01-01T00:59:59+01:00",
    "1677-09-21T00:12:43Z",
    "2262-01-01T00:00:00Z",
    "2261-12-31T23:59:60Z",
    "2261-12-31T23:59:59-00:01",
    "9999-12-31T23:59:59Z",
};

TEST(Rfc3339Test, RefusesEverythingElse) {
  for (const std::string& text : kUnreadable) {
    EXPECT_EQ(ParseRfc3339(text).kind, ParsedTime::Kind::kUnreadable) << text;
  }
}

TEST(Rfc3339Test, EveryShorterPieceOfATimestampIsUnreadable) {
  const std::string whole = "2021-03-03T06:10:54.097116+05:30";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(ParseRfc3339(whole.substr(0, length)).kind, ParsedTime::Kind::kUnreadable) << length;
  }
}

TEST(Rfc3339Test, WritesUtcWithAsManyFractionDigitsAsNeeded) {
  struct Case {
    std::int64_t seconds;
    std::int64_t nanoseconds;
    const char* text;
  };
  const Case cases[] = {
      {0, 0, "1970-01-01T00:00:00Z"},
      {1'614'751'854, 0, "2021-03-03T06:10:54Z"},
      {1'614'751'854, 500'000'000, "2021-03-03T06:10:54.500Z"},
      {1'614'751'854, 7'000'000, "2021-03-03T06:10:54.007Z"},
      {1'614'751'854, 97'116'000, "2021-03-03T06:10:54.097116Z"},
      {1'614'751'854, 1'000, "2021-03-03T06:10:54.000001Z"},
      {1'614'751'854, 97'116'200, "2021-03-03T06:10:54.097116200Z"},
      {1'614'751'854, 1, "2021-03-03T06:10:54.000000001Z"},
      {1'709'251'199, 0, "2024-02-29T23:59:59Z"},
      {9'214'646'399, 999'999'999, "2261-12-31T23:59:59.999999999Z"},
      {-1, 999'999'999, "1969-12-31T23:59:59.999999999Z"},
      {-1, 0, "1969-12-31T23:59:59Z"},
  };
  for (const Case& c : cases) {
    const WallTime time(Nanoseconds(c.seconds * 1'000'000'000 + c.nanoseconds));
    EXPECT_EQ(FormatRfc3339(time), c.text);
  }
}

TEST(Rfc3339Test, WhatIsWrittenIsReadBackAsTheSameInstant) {
  constexpr std::int64_t kLast = 9'214'646'399'999'999'999;
  constexpr std::int64_t kUnits[] = {1, 1'000, 1'000'000, 1'000'000'000};
  std::mt19937_64 random(20210303);
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t unit = kUnits[i % 4];
    const auto count = static_cast<std::int64_t>(random() % kLast) / unit * unit;
    const WallTime time{Nanoseconds(count)};
    const std::string text = FormatRfc3339(time);
    const ParsedTime parsed = ParseRfc3339(text);
    ASSERT_EQ(parsed.kind, ParsedTime::Kind::kTime) << text;
    ASSERT_EQ(parsed.time, time) << text;
  }
}

TEST(Rfc3339Test, AnOffsetNamesTheSameInstant) {
  std::mt19937_64 random(18);
  for (int i = 0; i < 5'000; ++i) {
    const std::chrono::minutes offset(random() % (24 * 60));
    const WallTime time(std::chrono::seconds(1'000'000'000 + random() % 1'000'000'000));
    std::string local = FormatRfc3339(time + offset);
    local.pop_back();
    const auto digits = [](std::int64_t number) {
      return (number < 10 ? "0" : "") + std::to_string(number);
    };
    local += "+" + digits(offset.count() / 60) + ":" + digits(offset.count() % 60);
    ASSERT_EQ(ParseRfc3339(local).time, time) << local;
  }
}

}  // namespace
}  // namespace cckm
