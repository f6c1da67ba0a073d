#include "collectors/base/clock.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace cckm {
namespace {

TEST(ClockTest, ALengthBecomesTheNearestDoubleInSeconds) {
  struct Case {
    std::int64_t nanoseconds;
    double seconds;
  };
  const Case cases[] = {
      {0, 0.0},
      {1, 1e-9},
      {-1, -1e-9},
      {999'999'999, 0.999999999},
      {1'000'000'000, 1.0},
      {1'968'280'000, 1.96828},
      {-1'968'280'000, -1.96828},
      {100'000'000, 0.1},
      {1'710'988'321, 1.710988321},
      {1'924'457'637, 1.924457637},
      {6'074'141'456, 6.074141456},
      {3'300'000'000, 3.3},
      {90'500'000'000, 90.5},
      {259'200'000'000'000, 259200.0},
      {1'614'751'854'097'116'000, 1614751854.097116},
      {1'614'751'854'097'262'000, 1614751854.097262},
  };
  for (const Case& c : cases) EXPECT_EQ(ToSeconds(Nanoseconds(c.nanoseconds)), c.seconds);
}

TEST(ClockTest, AnInstantBecomesTheNearestDoubleInUnixSeconds) {
  EXPECT_EQ(ToUnixSeconds(WallTime()), 0.0);
  EXPECT_EQ(ToUnixSeconds(WallTime(Nanoseconds(1'614'751'854'097'116'000))), 1614751854.097116);
  EXPECT_EQ(ToUnixSeconds(WallTime(Nanoseconds(1'596'707'374'605'578'452))), 1596707374.605578452);
  EXPECT_EQ(ToUnixSeconds(WallTime(Nanoseconds(-500'000'000))), -0.5);
}

TEST(ClockTest, TheLimitsOfTimeHaveADouble) {
  EXPECT_EQ(ToSeconds(Nanoseconds::max()), 9223372036.854775807);
  EXPECT_EQ(ToSeconds(Nanoseconds::min()), -9223372036.854775808);
}

TEST(ClockTest, ALongerLengthNeverBecomesASmallerDouble) {
  double previous = ToSeconds(Nanoseconds(1'999'990'000));
  for (std::int64_t nanoseconds = 1'999'990'001; nanoseconds < 2'000'010'000; ++nanoseconds) {
    const double seconds = ToSeconds(Nanoseconds(nanoseconds));
    EXPECT_GE(seconds, previous) << nanoseconds;
    previous = seconds;
  }
}

TEST(ClockTest, SteadyTimeOfTheSystemNeverGoesBack) {
  const SystemClock clock;
  const SteadyTime first = clock.SteadyNow();
  EXPECT_LE(first, clock.SteadyNow());
}

}  // namespace
}  // namespace cckm
