#include "collectors/poll/schedule.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/fakes/fakes.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1h};
constexpr ScheduleSettings kSettings{
    .poll_interval = 15s, .recheck_interval = 24h, .heartbeat_interval = 60s};

using Indexes = std::vector<RefreshIndex>;

TEST(ScheduleTest, UnfinishedRefreshesAreDueAtEveryTick) {
  FakeRandom random;
  Schedule schedule(kSettings, kStart, random);
  schedule.AddUnfinished(7);
  EXPECT_EQ(schedule.NextDue(), kStart);
  EXPECT_EQ(schedule.Take(kStart).refreshes, Indexes({7}));
  schedule.AddUnfinished(7);
  EXPECT_EQ(schedule.NextDue(), kStart + 15s);
  EXPECT_TRUE(schedule.Take(kStart + 14s).refreshes.empty());
  EXPECT_EQ(schedule.Take(kStart + 15s).refreshes, Indexes({7}));
}

TEST(ScheduleTest, TicksKeepTheirGridWhenAPollComesLate) {
  FakeRandom random;
  Schedule schedule(kSettings, kStart, random);
  schedule.AddUnfinished(1);
  schedule.Take(kStart + 4s);
  schedule.AddUnfinished(1);
  EXPECT_EQ(schedule.NextDue(), kStart + 15s);
}

TEST(ScheduleTest, OnePollMakesUpForManyMissedOnes) {
  FakeRandom random;
  Schedule schedule(kSettings, kStart, random);
  schedule.AddUnfinished(1);
  EXPECT_EQ(schedule.Take(kStart + 100s).refreshes, Indexes({1}));
  schedule.AddUnfinished(1);
  EXPECT_TRUE(schedule.Take(kStart + 101s).refreshes.empty());
  EXPECT_EQ(schedule.NextDue(), kStart + 115s);
}

TEST(ScheduleTest, AFinalRefreshIsNotDueUntilItsRecheck) {
  FakeRandom random(0.5);
  Schedule schedule(kSettings, kStart, random);
  schedule.AddUnfinished(3);
  schedule.Take(kStart);
  schedule.RecheckLater(3, kStart);
  const SteadyTime recheck = kStart + 24h + 72min;  // a twentieth of a day more
  EXPECT_TRUE(schedule.Take(recheck - 1s).refreshes.empty());
  EXPECT_EQ(schedule.Take(recheck + kSettings.poll_interval).refreshes, Indexes({3}));
}

TEST(ScheduleTest, WithoutRecheckAFinalRefreshIsNeverDueAgain) {
  FakeRandom random;
  ScheduleSettings settings = kSettings;
  settings.recheck_interval = Nanoseconds::zero();
  Schedule schedule(settings, kStart, random);
  schedule.AddUnfinished(3);
  schedule.Take(kStart);
  schedule.RecheckLater(3, kStart);
  const Schedule::Due due = schedule.Take(kStart + 10000h);
  EXPECT_TRUE(due.refreshes.empty());
  EXPECT_TRUE(due.heartbeat);
}

TEST(ScheduleTest, AHeartbeatIsDueWhenNothingElseWasForItsInterval) {
  FakeRandom random;
  Schedule schedule(kSettings, kStart, random);
  schedule.AddUnfinished(3);
  schedule.Take(kStart);
  schedule.RecheckLater(3, kStart + 1s);
  EXPECT_EQ(schedule.NextDue(), kStart + 60s);
  EXPECT_FALSE(schedule.Take(kStart + 59s).heartbeat);
  EXPECT_TRUE(schedule.Take(kStart + 60s).heartbeat);
  EXPECT_EQ(schedule.NextDue(), kStart + 120s);
}

TEST(ScheduleTest, ARequestPutsTheHeartbeatOff) {
  FakeRandom random;
  Schedule schedule(kSettings, kStart, random);
  for (SteadyTime now = kStart; now < kStart + 10min; now += 15s) {
    schedule.AddUnfinished(1);
    EXPECT_FALSE(schedule.Take(now).heartbeat);
  }
}

TEST(ScheduleTest, ARemovedRefreshIsNeverDueAgain) {
  FakeRandom random;
  Schedule schedule(kSettings, kStart, random);
  schedule.AddUnfinished(1);
  schedule.RecheckLater(2, kStart);
  schedule.Remove(1);
  schedule.Remove(2);
  schedule.Remove(3);
  EXPECT_TRUE(schedule.Take(kStart + 1000h).refreshes.empty());
}

TEST(ScheduleTest, OneThatWasFinalLongAgoIsCheckedAtAnyTimeWithinTheInterval) {
  FakeRandom random(0.25);
  Schedule schedule(kSettings, kStart, random);
  schedule.RecheckWithinInterval(1, kStart);
  EXPECT_TRUE(schedule.Take(kStart + 6h - 1s).refreshes.empty());
  EXPECT_EQ(schedule.Take(kStart + 6h + 15s).refreshes, Indexes({1}));
}

TEST(ScheduleTest, AHeartbeatCanBePutOff) {
  FakeRandom random;
  Schedule schedule(kSettings, kStart, random);
  schedule.PutOffHeartbeat(kStart + 30s);
  EXPECT_FALSE(schedule.Take(kStart + 89s).heartbeat);
  EXPECT_TRUE(schedule.Take(kStart + 90s).heartbeat);
}

}  // namespace
}  // namespace cckm
