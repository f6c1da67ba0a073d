#include "exporter/web/status/format.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/fakes/fake_clock.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

TEST(WordsTest, NumbersAreGroupedByThousands) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1'000), "1,000");
  EXPECT_EQ(Grouped(123'456), "123,456");
  EXPECT_EQ(Grouped(1'234'567), "1,234,567");
}

TEST(WordsTest, OnlyOneIsSingular) {
  EXPECT_EQ(CountOf(0, "domain", "domains"), "0 domains");
  EXPECT_EQ(CountOf(1, "domain", "domains"), "1 domain");
  EXPECT_EQ(CountOf(2'000, "domain", "domains"), "2,000 domains");
}

TEST(WordsTest, ALengthHasItsTwoLargestUnits) {
  struct Case {
    Nanoseconds length;
    const char* words;
  };
  for (const Case& row : {Case{0ns, "0 s"},
                          {999'999ns, "0 s"},
                          {250ms, "250 ms"},
                          {999'600us, "1.0 s"},
                          {4'240ms, "4.2 s"},
                          {9'949ms, "9.9 s"},
                          {9'950ms, "10 s"},
                          {59s, "59 s"},
                          {60s, "1 min"},
                          {125s, "2 min 5 s"},
                          {3'600s, "1 h"},
                          {12'000s, "3 h 20 min"},
                          {86'399s, "23 h 59 min"},
                          {187'200s, "2 d 4 h"},
                          {24h * 400, "400 d"},
                          {-90s, "-1 min 30 s"}}) {
    EXPECT_EQ(FormatApproximateDuration(row.length), row.words) << row.length.count();
  }
}

TEST(WordsTest, ADistanceSaysWhichWay) {
  const WallTime now = FakeClock::kStart;
  EXPECT_EQ(FormatDistance(now, now), "now");
  EXPECT_EQ(FormatDistance(now + 300ms, now), "now");
  EXPECT_EQ(FormatDistance(now - 4s, now), "4 s ago");
  EXPECT_EQ(FormatDistance(now - 2h, now), "2 h ago");
  EXPECT_EQ(FormatDistance(now + 49h, now), "in 2 d 1 h");
}

TEST(WordsTest, TimesAreUtc) {
  const WallTime now = FakeClock::kStart;
  EXPECT_EQ(FormatTime(now + 999ms), "2021-03-03 06:10:54 UTC");
  EXPECT_EQ(ToTheSecond(now + 999ms), "2021-03-03T06:10:54Z");
  EXPECT_EQ(FormatShortTime(now - 6h, now), "00:10:54 UTC") << "the same day";
  EXPECT_EQ(FormatShortTime(now - 7h, now), "2021-03-02 23:10:54 UTC");
}

TEST(WordsTest, ForeignTextIsShownInPartAndWithoutControls) {
  EXPECT_EQ(Shown("fine"), "fine");
  EXPECT_EQ(Shown("a\nb\xFF"),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  const std::string longest(200, 'x');
  EXPECT_EQ(Shown(longest), longest);
  EXPECT_EQ(Shown(longest + "y"), longest.substr(1) + "\xE2\x80\xA6");
  std::string accented;
  for (int i = 0; i < 201; ++i) accented += "\xC3\xA9";
  EXPECT_EQ(Shown(accented), accented.substr(0, 398) + "\xE2\x80\xA6") << "characters, not bytes";
}

}  // namespace
}  // namespace cckm
