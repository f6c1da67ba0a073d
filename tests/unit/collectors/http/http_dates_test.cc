#include "collectors/http/http_dates.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr WallTime kNow(seconds(1'614'751'854));  // 2021-03-03T06:10:54Z

TEST(HttpDateTest, ReadsTheThreeFormsOfTheStandard) {
  const struct {
    std::string text;
    std::optional<std::int64_t> unix_seconds;
  } cases[] = {
      {"Wed, 03 Mar 2021 06:10:54 GMT", 1'614'751'854},
      {"Wednesday, 03-Mar-21 06:10:54 GMT", 1'614'751'854},
      {"Wed Mar  3 06:10:54 2021", 1'614'751'854},
      {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
      {"Thu, 31 Dec 2099 23:59:59 GMT", 4'102'444'799},
      {"Tue, 30 Dec 1969 23:59:59 GMT", std::nullopt},
      {"Wed, 01 Jan 2262 00:00:00 GMT", std::nullopt},
      {"Fri, 31 Dec 9999 23:59:59 GMT", std::nullopt},
      {"Wed, 99 Mar 2021 06:10:54 GMT", std::nullopt},
      {"", std::nullopt},
      {"Wed", std::nullopt},
      {"soon", std::nullopt},
      {std::string(10'000, '9'), std::nullopt},
  };
  for (const auto& c : cases) {
    const auto read = ParseHttpDate(c.text);
    EXPECT_EQ(read.has_value(), c.unix_seconds.has_value()) << c.text.substr(0, 40);
    if (read && c.unix_seconds) {
      EXPECT_EQ(*read, WallTime(seconds(*c.unix_seconds))) << c.text;
    }
  }
}

TEST(RetryAfterTest, IsALengthOrADateThatIsNotOver) {
  const struct {
    std::string text;
    std::optional<Nanoseconds> length;
  } cases[] = {
      {"0", seconds(0)},
      {"1", seconds(1)},
      {"120", seconds(120)},
      {"000120", seconds(120)},
      {"86400", hours(24)},
      {"86401", hours(24)},
      {"9223372036854775807", hours(24)},
      {"9223372036854775808", hours(24)},
      {std::string(5000, '9'), hours(24)},
      {"-1", std::nullopt},
      {"-120", std::nullopt},
      {"+120", std::nullopt},
      {"1e9", std::nullopt},
      {"1.5", std::nullopt},
      {"0x10", std::nullopt},
      {"120s", std::nullopt},
      {"120, 240", std::nullopt},
      {" 120", std::nullopt},
      {"120 ", std::nullopt},
      {"", std::nullopt},
      {"soon", std::nullopt},
      {"\xFF\xFE", std::nullopt},
      {"Wed, 03 Mar 2021 06:10:54 GMT", seconds(0)},
      {"Wed, 03 Mar 2021 06:12:54 GMT", seconds(120)},
      {"Wednesday, 03-Mar-21 06:12:54 GMT", seconds(120)},
      {"Wed Mar  3 06:12:54 2021", seconds(120)},
      {"Wed, 03 Mar 2021 06:10:53 GMT", std::nullopt},
      {"Thu, 01 Jan 1970 00:00:00 GMT", std::nullopt},
      {"Thu, 31 Dec 2099 23:59:59 GMT", hours(24)},
      {"Fri, 31 Dec 9999 23:59:59 GMT", std::nullopt},
      {"2021-03-03T06:12:54Z", std::nullopt},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ParseRetryAfter(c.text, kNow), c.length) << c.text.substr(0, 40);
  }
}

TEST(RetryAfterTest, ADateIsReadHoweverTheClockStands) {
  const std::string date = "Wed, 03 Mar 2021 06:10:54 GMT";
  EXPECT_EQ(ParseRetryAfter(date, WallTime(seconds(0))), hours(24));
  EXPECT_EQ(ParseRetryAfter(date, WallTime::max()), std::nullopt);
}

}  // namespace
}  // namespace cckm
