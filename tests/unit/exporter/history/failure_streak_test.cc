#include "exporter/history/failure_streak.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/fakes/fake_clock.h"

namespace cckm {
namespace {

FailureStreak::Place At(int second) {
  return FailureStreak::PlaceOf(FakeClock::kStart + std::chrono::seconds(second), "r");
}

TEST(FailureStreakTest, CountsFailuresSinceTheNewestThatDidNotFail) {
  FailureStreak streak;
  EXPECT_EQ(streak.count(), 0U);
  for (int second = 1; second <= 3; ++second) streak.TakeFailure(At(second));
  EXPECT_EQ(streak.count(), 3U);
  streak.TakeOther(At(4));
  EXPECT_EQ(streak.count(), 0U);
  streak.TakeFailure(At(5));
  EXPECT_EQ(streak.count(), 1U);
}

TEST(FailureStreakTest, IsTheSameInEveryOrderInWhichRefreshesAreMet) {
  // 1 and 4 ended otherwise, 2, 3, 5 and 6 failed.
  std::vector<int> order = {1, 2, 3, 4, 5, 6};
  do {
    FailureStreak streak;
    for (const int second : order) {
      second % 3 == 1 ? streak.TakeOther(At(second)) : streak.TakeFailure(At(second));
    }
    ASSERT_EQ(streak.count(), 2U);
  } while (std::ranges::next_permutation(order).found);
}

TEST(FailureStreakTest, WhatIsMetAgainChangesNothing) {
  FailureStreak streak;
  for (int round = 0; round < 3; ++round) {
    streak.TakeFailure(At(1));
    streak.TakeOther(At(2));
    streak.TakeFailure(At(3));
    streak.TakeFailure(At(4));
    EXPECT_EQ(streak.count(), 2U);
  }
}

TEST(FailureStreakTest, OneThatTurnsOutToHaveEndedOtherwiseIsTakenBack) {
  FailureStreak streak;
  streak.TakeFailure(At(1));
  streak.TakeFailure(At(2));
  streak.TakeOther(At(1));
  EXPECT_EQ(streak.count(), 1U);
  streak.TakeOther(At(2));
  EXPECT_EQ(streak.count(), 0U);
  streak.TakeFailure(At(2));
  EXPECT_EQ(streak.count(), 1U);
}

TEST(FailureStreakTest, RefreshesOfTheSameSecondAreToldApartByTheirIds) {
  FailureStreak streak;
  for (const char* id : {"a", "b", "a"}) {
    streak.TakeFailure(FailureStreak::PlaceOf(FakeClock::kStart, id));
  }
  EXPECT_EQ(streak.count(), 2U);
}

TEST(FailureStreakTest, OneWithoutACreationTimeIsTheOldest) {
  FailureStreak streak;
  streak.TakeOther(At(1));
  streak.TakeFailure(FailureStreak::PlaceOf(std::nullopt, "r"));
  EXPECT_EQ(streak.count(), 0U);
}

TEST(FailureStreakTest, ALongStreakGoesOnAndIsNotCountedTwice) {
  FailureStreak streak;
  for (int second = 1; second <= 1'000; ++second) streak.TakeFailure(At(second));
  EXPECT_EQ(streak.count(), 1'000U);
  EXPECT_EQ(streak.Save().failures.size(), FailureStreak::kRemembered);
  for (int second = 1; second <= 1'000; ++second) streak.TakeFailure(At(second));
  EXPECT_EQ(streak.count(), 1'000U);
  streak.TakeOther(At(999));
  EXPECT_EQ(streak.count(), 1U);
}

}  // namespace
}  // namespace cckm
