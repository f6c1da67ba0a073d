#include "tests/support/fakes/fake_clock.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace cckm {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(FakeClockTest, StandsStillUntilItIsMoved) {
  const FakeClock clock;
  EXPECT_EQ(clock.Now(), FakeClock::kStart);
  EXPECT_EQ(clock.Now(), clock.Now());
  EXPECT_EQ(clock.SteadyNow(), FakeClock::kSteadyStart);
}

TEST(FakeClockTest, StartsAtTheGivenWallTime) {
  const WallTime start(seconds(7));
  EXPECT_EQ(FakeClock(start).Now(), start);
}

TEST(FakeClockTest, AdvanceMovesBothClocksByTheSameLength) {
  FakeClock clock;
  clock.Advance(nanoseconds(1));
  clock.Advance(seconds(2));
  EXPECT_EQ(clock.Now() - FakeClock::kStart, nanoseconds(2'000'000'001));
  EXPECT_EQ(clock.SteadyNow() - FakeClock::kSteadyStart, nanoseconds(2'000'000'001));
}

TEST(FakeClockTest, SetWallLeavesSteadyTimeAlone) {
  FakeClock clock;
  const WallTime earlier(seconds(5));
  clock.SetWall(earlier);
  EXPECT_EQ(clock.Now(), earlier);
  EXPECT_EQ(clock.SteadyNow(), FakeClock::kSteadyStart);
}

TEST(FakeClockTest, IgnoresANegativeAdvance) {
  FakeClock clock;
  clock.Advance(seconds(-1));
  EXPECT_EQ(clock.Now(), FakeClock::kStart);
  EXPECT_EQ(clock.SteadyNow(), FakeClock::kSteadyStart);
}

TEST(FakeClockTest, LosesNoAdvanceOfSeveralThreads) {
  FakeClock clock;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&clock] {
      for (int step = 0; step < 1000; ++step) clock.Advance(nanoseconds(1));
    });
  }
  threads.clear();
  EXPECT_EQ(clock.SteadyNow() - FakeClock::kSteadyStart, nanoseconds(4000));
}

}  // namespace
}  // namespace cckm
