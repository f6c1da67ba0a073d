// Durations, sizes and names as the configuration writes them.

#include "exporter/config/durations.h"
#include "collectors/base/text.h"

#include <gtest/gtest.h>

#include <string>

#include "exporter/config/text.h"

namespace cckm {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(DurationTest, ReadsWhatPrometheusWrites) {
  const struct {
    const char* text;
    Nanoseconds length;
  } cases[] = {
      {"15s", seconds(15)},
      {"1h30m", minutes(90)},
      {"7d", days(7)},
      {"0s", seconds(0)},
      {"0", seconds(0)},
      {"0ms", seconds(0)},
      {"100ms", milliseconds(100)},
      {"007s", seconds(7)},
      {"90s", seconds(90)},
      {"1y2w3d4h5m6s7ms",
       days(365 + 14 + 3) + hours(4) + minutes(5) + seconds(6) + milliseconds(7)},
      {"1y1ms", days(365) + milliseconds(1)},
      {"292y", days(365 * 292)},
      {"9223372036854ms", milliseconds(9223372036854)},
  };
  for (const auto& row : cases) EXPECT_EQ(ParseDuration(row.text), row.length) << row.text;
}

TEST(DurationTest, RefusesEverythingElse) {
  const char* cases[] = {"",
                         "15",
                         "s",
                         "15 s",
                         " 15s",
                         "15s ",
                         "-15s",
                         "+15s",
                         "1.5s",
                         "15S",
                         "15sec",
                         "1s1m",
                         "1s1s",
                         "1m1h",
                         "1ms1s",
                         "1us",
                         "1ns",
                         "1M",
                         "00",
                         "1h 1m",
                         "1h30",
                         "1e3s",
                         "293y",
                         "0x1s",
                         "1s\n",
                         "1mm",
                         "1msms",
                         "9223372036855ms",
                         "18446744073709551616s",
                         "292y292y",
                         "292y52w"};
  for (const char* text : cases) EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
}

TEST(DurationTest, WritesWhatItReads) {
  const char* cases[] = {"0s",  "1ms", "100ms", "1s", "15s",  "1m30s", "24h1m", "1d",
                         "36h", "1w",  "8d",    "1y", "366d", "1h1ms", "292y"};
  for (const char* text : cases) EXPECT_EQ(FormatDuration(*ParseDuration(text)), text);
  EXPECT_EQ(FormatDuration(Nanoseconds(1'999'999)), "1ms");
  EXPECT_EQ(FormatDuration(Nanoseconds(999'999)), "0s");
}

TEST(SizeTest, ReadsBytesAndBinaryUnits) {
  const struct {
    const char* text;
    std::size_t bytes;
  } cases[] = {
      {"8MiB", 8U << 20U},
      {"512KiB", 512U << 10U},
      {"1GiB", 1U << 30U},
      {"1TiB", std::size_t{1} << 40U},
      {"1024", 1024},
      {"1024B", 1024},
      {"0", 0},
      {"18446744073709551615", 18446744073709551615U},
      {"16777215TiB", std::size_t{16777215} << 40U},
  };
  for (const auto& row : cases) EXPECT_EQ(ParseSize(row.text), row.bytes) << row.text;
}

TEST(SizeTest, RefusesEverythingElse) {
  const char* cases[] = {"",           "MiB",   "8 MiB", "8MB",      "8M",
                         "8mib",       "-8MiB", "+1",    "1.5MiB",   "8MiBs",
                         " 8",         "8 ",    "0x10",  "8MiB8KiB", "18446744073709551616",
                         "16777216TiB"};
  for (const char* text : cases) EXPECT_EQ(ParseSize(text), std::nullopt) << text;
}

TEST(SizeTest, WritesTheLargestUnitWithoutRest) {
  EXPECT_EQ(FormatSize(0), "0B");
  EXPECT_EQ(FormatSize(1023), "1023B");
  EXPECT_EQ(FormatSize(1024), "1KiB");
  EXPECT_EQ(FormatSize(8U << 20U), "8MiB");
  EXPECT_EQ(FormatSize((8U << 20U) + 1024), "8193KiB");
}

TEST(TextTest, CountsCharactersRatherThanBytes) {
  EXPECT_EQ(CountPrintableCharacters(""), 0U);
  EXPECT_EQ(CountPrintableCharacters("a b"), 3U);
  EXPECT_EQ(CountPrintableCharacters("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x91"), 3U);
  EXPECT_EQ(CountPrintableCharacters("\xF4\x8F\xBF\xBF\xED\x9F\xBF\xEE\x80\x80"), 3U);
}

TEST(TextTest, RefusesControlCharactersAndInvalidUtf8) {
  const std::string cases[] = {"a\n",
                               "\x1F",
                               "\x7F",
                               "\xC2\x80",
                               "\xC2\x9F",
                               "\x80",
                               "\xC3",
                               "\xC3(",
                               "\xC0\xAF",
                               "\xE0\x80\xAF",
                               "\xED\xA0\x80",
                               "\xED\xBF\xBF",
                               "\xF0\x80\x80\x80",
                               "\xF4\x90\x80\x80",
                               "\xF8\x88\x80\x80\x80",
                               "\xFF",
                               std::string("\0", 1)};
  for (const std::string& text : cases) {
    EXPECT_EQ(CountPrintableCharacters(text), std::nullopt) << testing::PrintToString(text);
  }
  EXPECT_EQ(CountPrintableCharacters("\xC2\xA0"), 1U);
}

TEST(TextTest, LimitsTheNameOfATargetTo128Characters) {
  std::string longest;
  for (int i = 0; i < 128; ++i) longest += "\xC3\xA9";
  EXPECT_TRUE(IsValidTargetName(longest));
  EXPECT_FALSE(IsValidTargetName(longest + "x"));
  EXPECT_FALSE(IsValidTargetName(""));
}

TEST(TextTest, ShowsAKeyWithoutWhatCouldDisturbATerminal) {
  EXPECT_EQ(ShownKey("web.max-requests"), "web.max-requests");
  EXPECT_EQ(ShownKey("a\x1B[2J b"), "a?[2J?b");
  EXPECT_EQ(ShownKey(std::string(65, 'x')), std::string(64, 'x') + "...");
}

}  // namespace
}  // namespace cckm
