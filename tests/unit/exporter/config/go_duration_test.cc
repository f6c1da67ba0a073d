// Durations in Go's notation.

#include "exporter/config/go_duration.h"

#include <gtest/gtest.h>

#include <string>

namespace cckm {
namespace {

TEST(GoDurationTest, ReadsWhatGoReads) {
  struct Case {
    const char* text;
    std::int64_t nanoseconds;
  };
  for (const Case& row : {
           Case{"0", 0},
           Case{"-0", 0},
           Case{"0s", 0},
           Case{"1.5s", 1'500'000'000},
           Case{"500us", 500'000},
           Case{"500µs", 500'000},
           Case{"500μs", 500'000},
           Case{"2h", 7'200'000'000'000},
           Case{"1h30m", 5'400'000'000'000},
           Case{"30m1h", 5'400'000'000'000},
           Case{"1ms1ms", 2'000'000},
           Case{"+5ns", 5},
           Case{"-1s", -1'000'000'000},
           Case{".5s", 500'000'000},
           Case{"5.s", 5'000'000'000},
           Case{"0.1s", 100'000'000},
           Case{"0.0000000019s", 1},
           Case{"0.333333333333333333333h", 1'200'000'000'000},
           Case{"9223372036854775807ns", 9'223'372'036'854'775'807},
       }) {
    const auto length = ParseGoDuration(row.text);
    ASSERT_TRUE(length) << row.text;
    EXPECT_NEAR(static_cast<double>(length->count()), static_cast<double>(row.nanoseconds), 1.0)
        << row.text;
  }
}

TEST(GoDurationTest, ReadsNothingElse) {
  for (const char* text : {"",
                           "-",
                           "+",
                           "1",
                           "s",
                           ".",
                           ".s",
                           "1.2.3s",
                           "1 s",
                           " 1s",
                           "1s ",
                           "1d",
                           "1w",
                           "1S",
                           "1e3s",
                           "--1s",
                           "1s-1s",
                           "9223372036854775808ns",
                           "9223372037s",
                           "2562048h",
                           "1\u00B5",
                           "0x1s"}) {
    EXPECT_FALSE(ParseGoDuration(text)) << text;
  }
  EXPECT_FALSE(ParseGoDuration(std::string(100'000, '9') + "s"));
}

}  // namespace
}  // namespace cckm
