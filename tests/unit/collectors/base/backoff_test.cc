#include "collectors/base/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/support/fakes/fakes.h"

namespace cckm {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr double kAlmostOne = 0.999999999;

// Rounded, since a random number is never quite 1.
std::vector<std::int64_t> Waits(Backoff& backoff, int count) {
  std::vector<std::int64_t> waits;
  for (int i = 0; i < count; ++i) {
    waits.push_back(std::chrono::round<seconds>(backoff.Next()).count());
  }
  return waits;
}

TEST(BackoffTest, TheCeilingDoublesUpToTheLongestWait) {
  FakeRandom random(kAlmostOne);
  Backoff backoff(seconds(1), seconds(60), random);
  EXPECT_EQ(Waits(backoff, 8), (std::vector<std::int64_t>{2, 4, 8, 16, 32, 60, 60, 60}));
}

TEST(BackoffTest, TheShortestWaitStays) {
  FakeRandom random(0);
  Backoff backoff(seconds(5), seconds(600), random);
  EXPECT_EQ(Waits(backoff, 12), std::vector<std::int64_t>(12, 5));
}

TEST(BackoffTest, WaitsAreSpreadEvenlyBetweenTheTwo) {
  FakeRandom random(0.5);
  Backoff backoff(seconds(2), seconds(20), random);
  EXPECT_EQ(Waits(backoff, 5), (std::vector<std::int64_t>{3, 5, 9, 11, 11}));
}

TEST(BackoffTest, ASuccessBeginsAnew) {
  FakeRandom random(kAlmostOne);
  Backoff backoff(seconds(1), seconds(60), random);
  Waits(backoff, 20);
  backoff.Reset();
  EXPECT_EQ(Waits(backoff, 3), (std::vector<std::int64_t>{2, 4, 8}));
}

TEST(BackoffTest, NoWaitLeavesTheBoundsHoweverOftenItFails) {
  SystemRandom random;
  Backoff backoff(milliseconds(100), seconds(7), random);
  for (int i = 0; i < 10'000; ++i) {
    const Nanoseconds wait = backoff.Next();
    ASSERT_GE(wait, milliseconds(100));
    ASSERT_LE(wait, seconds(7));
  }
}

TEST(BackoffTest, OneLengthIsAlwaysThatLength) {
  FakeRandom random(kAlmostOne);
  Backoff backoff(seconds(90), seconds(90), random);
  EXPECT_EQ(Waits(backoff, 3), std::vector<std::int64_t>(3, 90));
}

}  // namespace
}  // namespace cckm
