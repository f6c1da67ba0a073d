#include "tests/simulator/scheduler.h"

#include <gtest/gtest.h>

#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kAll = static_cast<std::size_t>(-1);

ScheduleRule RuleOf(const std::string& text) { return ParseScheduleRule(Query(text)).value(); }

// At the full minute after kStart, which is 2021-03-03T06:10:52Z, and every minute after it.
ScheduleRule EveryMinute(const std::string& more = {}) {
  return RuleOf("name=often&family=dsm&run_at=*+*+*+*+*&units=1" + more);
}
constexpr TimePoint kFirstDue = kStart + seconds(8);

struct Rig {
  explicit Rig(const std::vector<ScheduleRule>& rules = {}, EndingChances chances = {})
      : world(Settings(chances), kStart),
        scheduler({.seed = 1, .nodes = 2, .schedules = rules}, world, kStart) {}

  static WorldSettings Settings(EndingChances chances) {
    WorldSettings settings;
    settings.families = {&FamilyNamed("dsm")};
    settings.refreshes = settings.finished = 0;
    settings.min_duration = settings.max_duration = seconds(10);
    settings.chances = chances;
    return settings;
  }

  std::vector<Run> RunsAt(TimePoint at, const RunFilter& filter = {}) {
    scheduler.Advance(at);
    return scheduler.List(filter, Order::kOldestFirst, 0, kAll, at).runs;
  }

  std::size_t Refreshes() const { return world.Count(FamilyNamed("dsm")); }

  World world;
  Scheduler scheduler;
};

TEST(SchedulerTest, ARunStartsARefreshOfItsUnitsAtTheDueTimeAndFollowsIt) {
  Rig rig({EveryMinute()});
  EXPECT_TRUE(rig.RunsAt(kFirstDue - std::chrono::nanoseconds(1)).empty());
  const auto running = rig.RunsAt(kFirstDue + seconds(3));
  ASSERT_EQ(running.size(), 1U);
  EXPECT_EQ(running[0].created_at, kFirstDue);
  EXPECT_EQ(running[0].status, RunStatus::kInProgress);
  EXPECT_EQ(running[0].schedule->rule.name, "often");
  const auto refreshes = rig.world.List(FamilyNamed("dsm"), 0, kAll);
  ASSERT_EQ(refreshes.size(), 1U);
  EXPECT_EQ(refreshes[0]->created_at, kFirstDue);
  ASSERT_EQ(refreshes[0]->runs.size(), 1U);
  EXPECT_EQ(refreshes[0]->runs[0].unit, rig.world.Units(FamilyNamed("dsm"))[0]);
  EXPECT_EQ(rig.RunsAt(kFirstDue + seconds(10))[0].status, RunStatus::kCompleted);
  EXPECT_EQ(rig.RunsAt(kFirstDue + minutes(2)).size(), 3U);
}

TEST(SchedulerTest, TheEndOfARefreshIsThatOfItsRun) {
  struct Case {
    EndingChances chances;
    RunStatus status;
  };
  for (const Case& row :
       {Case{{.failed = 100}, RunStatus::kFailed}, Case{{.cancelled = 100}, RunStatus::kAborted},
        Case{{.partial = 100}, RunStatus::kCompleted}}) {
    Rig rig({EveryMinute()}, row.chances);
    EXPECT_EQ(rig.RunsAt(kFirstDue + seconds(11))[0].status, row.status);
  }
}

TEST(SchedulerTest, ARunThatIsQueuedBeginsLater) {
  Rig rig({EveryMinute("&queued=5s")});
  EXPECT_EQ(rig.RunsAt(kFirstDue + seconds(4))[0].status, RunStatus::kScheduled);
  EXPECT_EQ(rig.Refreshes(), 0U);
  EXPECT_EQ(rig.RunsAt(kFirstDue + seconds(5))[0].status, RunStatus::kInProgress);
  EXPECT_EQ(rig.world.List(FamilyNamed("dsm"), 0, 1)[0]->created_at, kFirstDue + seconds(5));
}

TEST(SchedulerTest, ARunOfUnitsThatAreBusyFails) {
  Rig rig({EveryMinute()});
  ASSERT_TRUE(rig.world.StartScripted(FamilyNamed("dsm"), {true, {}, {}}, "busy", kStart));
  EXPECT_EQ(rig.RunsAt(kFirstDue)[0].status, RunStatus::kFailed);
  EXPECT_EQ(rig.Refreshes(), 1U);
}

TEST(SchedulerTest, ARefreshOfASchedulesRunIsNotRestartedByItself) {
  WorldSettings settings = Rig::Settings({});
  settings.auto_restart = true;
  settings.restart_after = seconds(5);
  World world(settings, kStart);
  Scheduler scheduler({.seed = 1, .nodes = 1, .schedules = {EveryMinute()}}, world, kStart);
  scheduler.Advance(kFirstDue + seconds(59));
  EXPECT_EQ(world.Count(FamilyNamed("dsm")), 1U);
}

TEST(SchedulerTest, AnotherOperationRunsWithoutARefresh) {
  Rig rig({RuleOf("name=backup&operation=database_backup&run_at=*+*+*+*+*")});
  EXPECT_EQ(rig.RunsAt(kFirstDue)[0].status, RunStatus::kInProgress);
  EXPECT_EQ(rig.RunsAt(kFirstDue + seconds(5))[0].status, RunStatus::kCompleted);
  EXPECT_EQ(rig.Refreshes(), 0U);
}

TEST(SchedulerTest, OnlyWhatIsPlannedHasRuns) {
  struct Case {
    std::string more;
    std::size_t runs;  // of the ten due times
  };
  const Case cases[] = {
      {"", 10},
      {"&disabled=yes", 0},
      {"&missed=all", 0},
      {"&missed=4", 6},
      {"&starts_in=5m", 5},
      {"&ends_in=5m", 5},
      {"&ended_ago=1m", 0},
      {"&starts_in=2m&ends_in=5m", 3},
  };
  for (const Case& row : cases) {
    Rig rig({EveryMinute(row.more)});
    EXPECT_EQ(rig.RunsAt(kFirstDue + minutes(9)).size(), row.runs) << row.more;
  }
}

TEST(SchedulerTest, AScheduleIsDisabledEnabledMissedRunAndRemovedByIdOrName) {
  Rig rig;
  const SchedulePtr added = rig.scheduler.Add(EveryMinute(), kStart).value();
  ASSERT_TRUE(rig.scheduler.SetDisabled("often", true, kStart + seconds(1)));
  EXPECT_TRUE(rig.RunsAt(kFirstDue).empty());
  const SchedulePtr enabled = rig.scheduler.SetDisabled(added->id, false, kFirstDue);
  EXPECT_EQ(enabled->created_at, kStart);
  EXPECT_EQ(enabled->updated_at, kFirstDue);
  EXPECT_EQ(rig.RunsAt(kFirstDue + minutes(1)).size(), 1U);
  EXPECT_EQ(rig.scheduler.Miss("often", 1)->updated_at, kFirstDue);
  EXPECT_EQ(rig.RunsAt(kFirstDue + minutes(2)).size(), 1U);
  EXPECT_EQ(rig.RunsAt(kFirstDue + minutes(3)).size(), 2U);
  ASSERT_TRUE(rig.scheduler.RunNow("often", kFirstDue + minutes(3) + seconds(30)));
  EXPECT_EQ(rig.RunsAt(kFirstDue + minutes(3) + seconds(30)).size(), 3U);
  ASSERT_TRUE(rig.scheduler.Remove("often"));
  EXPECT_EQ(rig.RunsAt(kFirstDue + minutes(9)).size(), 3U);
  EXPECT_TRUE(rig.scheduler.Schedules().empty());
  EXPECT_FALSE(rig.scheduler.FindSchedule(added->id));
  for (const std::string& key : {std::string("often"), added->id}) {
    EXPECT_FALSE(rig.scheduler.SetDisabled(key, true, kStart));
    EXPECT_FALSE(rig.scheduler.Miss(key, 1));
    EXPECT_FALSE(rig.scheduler.RunNow(key, kStart));
    EXPECT_FALSE(rig.scheduler.Remove(key));
  }
}

TEST(SchedulerTest, UnitsThatDoNotExistAreRefused) {
  Rig rig;
  for (const std::string rule :
       {"name=n&run_at=*+*+*+*+*&family=dsm&units=5", "name=n&run_at=*+*+*+*+*&family=dsm&units=0",
        "name=n&run_at=*+*+*+*+*&family=dsm&units=x", "name=n&run_at=*+*+*+*+*&family=oci"}) {
    const auto added = rig.scheduler.Add(RuleOf(rule), kStart);
    ASSERT_FALSE(added) << rule;
    EXPECT_EQ(added.error(), Refusal::kUnknownUnit);
  }
  const std::string id = rig.world.Units(FamilyNamed("dsm"))[2]->id;
  const auto added =
      rig.scheduler.Add(RuleOf("name=n&run_at=*+*+*+*+*&family=dsm&units=4," + id), kStart);
  EXPECT_EQ((*added)->rule.units,
            (std::vector<std::string>{rig.world.Units(FamilyNamed("dsm"))[3]->id, id}));
}

TEST(SchedulerTest, FormerRunsLieAtFormerDueTimesOfAnOlderSchedule) {
  Rig rig({RuleOf("name=old&family=dsm&run_at=0+6+*+*+*&runs=3&runs_as=failed")});
  const auto runs = rig.RunsAt(kStart);
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[2].created_at, kStart - minutes(10) - seconds(52));
  EXPECT_EQ(runs[0].created_at, runs[2].created_at - hours(48));
  EXPECT_EQ(runs[0].status, RunStatus::kFailed);
  EXPECT_LT(rig.scheduler.Schedules()[0]->created_at, runs[0].created_at);
  EXPECT_EQ(runs[0].schedule->id, rig.scheduler.Schedules()[0]->id);
  EXPECT_EQ(rig.Refreshes(), 0U);
}

TEST(SchedulerTest, RunsAreListedAsTheyWereAtAnEarlierMoment) {
  Rig rig({EveryMinute()});
  rig.RunsAt(kFirstDue + minutes(1) + seconds(30));
  const auto earlier = rig.RunsAt(kFirstDue + seconds(3));
  ASSERT_EQ(earlier.size(), 1U);
  EXPECT_EQ(earlier[0].status, RunStatus::kInProgress);
}

TEST(SchedulerTest, RunsAreFilteredSortedAndPaged) {
  Rig rig({EveryMinute(), RuleOf("name=backup&operation=database_backup&run_at=*+*+*+*+*")});
  const TimePoint end = kFirstDue + minutes(3) + seconds(1);
  const auto all = rig.RunsAt(end);
  ASSERT_EQ(all.size(), 8U);
  EXPECT_EQ(rig.RunsAt(end, {.id = all[3].id}).size(), 1U);
  EXPECT_EQ(rig.RunsAt(end, {.name = "often"}).size(), 4U);
  EXPECT_EQ(rig.RunsAt(end, {.operation = "database_backup"}).size(), 4U);
  EXPECT_EQ(rig.RunsAt(end, {.job_config_id = all[0].schedule->id}).size(), 4U);
  EXPECT_EQ(rig.RunsAt(end, {.status = RunStatus::kInProgress}).size(), 2U);
  EXPECT_EQ(rig.RunsAt(end, {.created_after = kFirstDue + minutes(1)}).size(), 4U);
  EXPECT_EQ(rig.RunsAt(end, {.created_before = kFirstDue + minutes(1)}).size(), 2U);
  const auto on_node = rig.RunsAt(end, {.processing_node = all[0].processing_node});
  EXPECT_FALSE(on_node.empty());
  const RunPage page = rig.scheduler.List({}, Order::kNewestFirst, 1, 2, end);
  EXPECT_EQ(page.total, 8U);
  ASSERT_EQ(page.runs.size(), 2U);
  EXPECT_EQ(page.runs[0].id, all[6].id);
  EXPECT_EQ(page.runs[1].id, all[5].id);
}

TEST(SchedulerTest, WhatWasDueMoreThanADayAgoIsNotMadeUpFor) {
  Rig rig({RuleOf("name=hourly&family=dsm&run_at=0+*+*+*+*")});
  const TimePoint later = kStart + hours(24 * 365);
  const auto runs = rig.RunsAt(later);
  EXPECT_EQ(runs.size(), 24U);
  EXPECT_GE(runs[0].created_at, later - hours(24));
}

TEST(SchedulerTest, TheSameSeedGivesTheSameRuns) {
  Rig first({EveryMinute()});
  Rig again({EveryMinute()});
  for (int second = 0; second < 200; second += 7) again.scheduler.Advance(kStart + seconds(second));
  const auto runs = first.RunsAt(kStart + seconds(200));
  const auto same = again.RunsAt(kStart + seconds(200));
  ASSERT_EQ(runs.size(), same.size());
  for (std::size_t place = 0; place < runs.size(); ++place) {
    EXPECT_EQ(runs[place].id, same[place].id);
    EXPECT_EQ(runs[place].processing_node, same[place].processing_node);
  }
}

}  // namespace
}  // namespace cckm::simulator
