#include "exporter/web/server/http_date.h"

#include <gtest/gtest.h>

namespace cckm {
namespace {

TEST(HttpDateTest, IsWrittenAsTheStandardWantsIt) {
  const auto at = [](long long seconds) { return WallTime(std::chrono::seconds(seconds)); };
  EXPECT_EQ(FormatHttpDate(at(784'111'777)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(FormatHttpDate(at(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(FormatHttpDate(at(-1)), "Wed, 31 Dec 1969 23:59:59 GMT");
  EXPECT_EQ(FormatHttpDate(at(1'709'164'800) + Nanoseconds(999'999'999)),
            "Thu, 29 Feb 2024 00:00:00 GMT");
}

}  // namespace
}  // namespace cckm
