#include "exporter/app/watchdog.h"

#include <gtest/gtest.h>

#include <chrono>

namespace cckm {
namespace {

using namespace std::chrono_literals;

TEST(WatchdogTest, WhoMakesAStepNowAndThenMoves) {
  Watchdog watchdog(10s);
  SteadyTime now(1h);
  for (std::uint64_t step = 1; step < 10; ++step) {
    EXPECT_TRUE(watchdog.AllProgressing({{"a", step}, {"b", step * 7}}, now));
    now += 9s;
    EXPECT_TRUE(watchdog.AllProgressing({{"a", step}, {"b", step * 7}}, now));
  }
}

TEST(WatchdogTest, OneThatStandsStillIsNoticedUntilItMovesAgain) {
  Watchdog watchdog(10s);
  const SteadyTime start(1h);
  EXPECT_TRUE(watchdog.AllProgressing({{"a", 1}, {"b", 1}}, start));
  EXPECT_TRUE(watchdog.AllProgressing({{"a", 2}, {"b", 1}}, start + 9s));
  EXPECT_FALSE(watchdog.AllProgressing({{"a", 3}, {"b", 1}}, start + 10s));
  EXPECT_FALSE(watchdog.AllProgressing({{"a", 4}, {"b", 1}}, start + 1h));
  EXPECT_TRUE(watchdog.AllProgressing({{"a", 5}, {"b", 2}}, start + 1h + 1s));
}

TEST(WatchdogTest, WhoHasEndedIsNotWaitedForAndWhoIsNewHasTime) {
  Watchdog watchdog(10s);
  const SteadyTime start(1h);
  EXPECT_TRUE(watchdog.AllProgressing({{"a", 1}}, start));
  EXPECT_TRUE(watchdog.AllProgressing({{"b", 1}}, start + 1h));
  EXPECT_TRUE(watchdog.AllProgressing({}, start + 2h));
  EXPECT_TRUE(watchdog.AllProgressing({{"a", 1}}, start + 3h)) << "it came back";
}

}  // namespace
}  // namespace cckm
