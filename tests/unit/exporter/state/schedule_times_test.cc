// When schedules are due, which runs are missed, and which domains are covered.

#include "exporter/state/schedule_times.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/rfc3339.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

WallTime At(const std::string& time) { return ParseRfc3339(time + "Z").time; }

ScheduleState Schedule(const std::string& run_at, const std::string& created) {
  ScheduleState schedule{LabelValue("s")};
  schedule.plan.run_at = run_at;
  schedule.plan.created_at = At(created);
  const auto cron = CronExpression::Parse(run_at);
  if (cron) schedule.cron = *cron;
  return schedule;
}

std::string Text(const std::optional<WallTime>& time) {
  return time ? FormatRfc3339(*time) : "never";
}

// "next last", as of a moment.
std::string Times(ScheduleState schedule, const std::string& now) {
  AdvanceTo(At(now), schedule);
  return Text(schedule.next_run_at) + " " + Text(schedule.last_due_at);
}

TEST(ScheduleTimesTest, DueTimesGoOverAYearAndALeapDay) {
  const ScheduleState yearly = Schedule("0 0 1 1 *", "2019-06-01T00:00:00");
  EXPECT_EQ(Times(yearly, "2020-12-31T23:59:59"), "2021-01-01T00:00:00Z 2020-01-01T00:00:00Z");
  EXPECT_EQ(Times(yearly, "2021-01-01T00:00:00"), "2022-01-01T00:00:00Z 2021-01-01T00:00:00Z");
  const ScheduleState leap = Schedule("30 12 29 2 *", "2016-01-01T00:00:00");
  EXPECT_EQ(Times(leap, "2020-02-29T12:29:59"), "2020-02-29T12:30:00Z 2016-02-29T12:30:00Z");
  EXPECT_EQ(Times(leap, "2021-03-01T00:00:00"), "2024-02-29T12:30:00Z 2020-02-29T12:30:00Z");
  EXPECT_EQ(Times(Schedule("0 0 30 2 *", "2016-01-01T00:00:00"), "2021-03-01T00:00:00"),
            "never never");
}

TEST(ScheduleTimesTest, NothingIsDueBeforeTheScheduleCameOrChanged) {
  ScheduleState schedule = Schedule("0 * * * *", "2021-01-01T10:30:00");
  EXPECT_EQ(Times(schedule, "2021-01-01T10:59:00"), "2021-01-01T11:00:00Z never");
  schedule.plan.updated_at = At("2021-01-01T12:10:00");
  EXPECT_EQ(Times(schedule, "2021-01-01T12:20:00"), "2021-01-01T13:00:00Z never");
  schedule.changed_at = At("2021-01-01T13:01:00");
  EXPECT_EQ(Times(schedule, "2021-01-01T13:30:00"), "2021-01-01T14:00:00Z never");
  EXPECT_EQ(Times(schedule, "2021-01-01T14:30:00"), "2021-01-01T15:00:00Z 2021-01-01T14:00:00Z");
}

TEST(ScheduleTimesTest, NothingIsDueWhileItIsDisabledBeforeItsStartOrFromItsEndOn) {
  ScheduleState schedule = Schedule("0 * * * *", "2021-01-01T00:00:00");
  schedule.plan.starts_at = At("2021-01-02T00:00:00");
  schedule.plan.ends_at = At("2021-01-03T00:00:00");
  EXPECT_EQ(Times(schedule, "2021-01-01T12:00:00"), "2021-01-02T00:00:00Z never");
  EXPECT_EQ(Times(schedule, "2021-01-02T00:00:00"), "2021-01-02T01:00:00Z 2021-01-02T00:00:00Z");
  EXPECT_EQ(Times(schedule, "2021-01-02T23:30:00"), "never 2021-01-02T23:00:00Z");
  EXPECT_EQ(Times(schedule, "2021-01-03T00:00:00"), "never 2021-01-02T23:00:00Z");
  EXPECT_EQ(Times(schedule, "2021-02-03T00:00:00"), "never 2021-01-02T23:00:00Z");
  schedule.plan.is_disabled = true;
  EXPECT_EQ(Times(schedule, "2021-01-02T12:30:00"), "never never");
}

TEST(ScheduleTimesTest, WhatIsTrueIsRenewedAsTimePassesAndWhenTheClockGoesBack) {
  ScheduleState schedule = Schedule("0 * * * *", "2021-01-01T00:00:00");
  schedule.plan.ends_at = At("2021-01-01T02:30:00");
  EXPECT_TRUE(AdvanceTo(At("2021-01-01T01:10:00"), schedule));
  EXPECT_FALSE(AdvanceTo(At("2021-01-01T01:59:59"), schedule));
  EXPECT_EQ(Text(schedule.next_run_at), "2021-01-01T02:00:00Z");
  EXPECT_FALSE(AdvanceTo(At("2021-01-01T02:00:00"), schedule));
  EXPECT_EQ(Text(schedule.last_due_at), "2021-01-01T02:00:00Z");
  EXPECT_TRUE(schedule.is_enabled);
  EXPECT_TRUE(AdvanceTo(At("2021-01-01T02:30:00"), schedule));
  EXPECT_FALSE(schedule.is_enabled);
  EXPECT_TRUE(AdvanceTo(At("2021-01-01T01:30:00"), schedule));
  EXPECT_EQ(Text(schedule.last_due_at), "2021-01-01T01:00:00Z");
}

TEST(ScheduleTimesTest, NothingIsDueBeforeTheScheduleBegan) {
  ScheduleState schedule = Schedule("0 * * * *", "2021-01-01T00:00:00");
  schedule.plan.starts_at = At("2021-01-02T12:30:00");
  EXPECT_EQ(Times(schedule, "2021-01-02T12:45:00"), "2021-01-02T13:00:00Z never");
}

TEST(ScheduleTimesTest, AClockThatSeemsToGoBackByASecondTakesNothingBack) {
  ScheduleState schedule = Schedule("0 * * * *", "2021-01-01T00:00:00");
  AdvanceTo(At("2021-01-01T02:00:00"), schedule);
  AdvanceTo(At("2021-01-01T01:59:59"), schedule);
  EXPECT_EQ(Text(schedule.last_due_at), "2021-01-01T02:00:00Z");
  EXPECT_EQ(Text(schedule.next_run_at), "2021-01-01T03:00:00Z");
}

// --- Missed ---

class MissedTest : public ::testing::Test {
 protected:
  bool Missed(const std::string& read_at, const std::string& run, WallTime known_since) {
    KnownSchedule known{.schedule = schedule_.plan, .runs_known_since = known_since};
    if (!run.empty()) known.newest_run = ScheduleRun{.id = "r", .created_at = At(run)};
    return IsMissed(schedule_, known, At(read_at), minutes(15));
  }
  bool Missed(const std::string& read_at, const std::string& run) {
    return Missed(read_at, run, KnownSchedule::kAllRuns);
  }

  ScheduleState schedule_ = Schedule("0 * * * *", "2021-01-01T00:00:00");
};

TEST_F(MissedTest, ARunIsMissedOnceTheGraceIsOver) {
  EXPECT_FALSE(Missed("2021-01-01T12:14:59", "2021-01-01T11:00:02"));
  EXPECT_TRUE(Missed("2021-01-01T12:15:00", "2021-01-01T11:00:02"));
  EXPECT_TRUE(Missed("2021-01-01T12:15:00", ""));
  // The next one is due, and the grace of that is not over.
  EXPECT_TRUE(Missed("2021-01-01T13:05:00", "2021-01-01T11:00:02"));
  EXPECT_FALSE(Missed("2021-01-01T13:05:00", "2021-01-01T13:00:02"));
}

TEST_F(MissedTest, ARunSomeSecondsBeforeTheTimeCounts) {
  EXPECT_FALSE(Missed("2021-01-01T12:30:00", "2021-01-01T11:59:00"));
  EXPECT_TRUE(Missed("2021-01-01T12:30:00", "2021-01-01T11:58:59"));
}

TEST_F(MissedTest, WhatCannotBeDecidedStaysAsItWas) {
  for (const bool before : {false, true}) {
    schedule_.is_missed = before;
    EXPECT_EQ(Missed("2021-01-01T12:30:00", "", At("2021-01-01T12:10:00")), before);
    EXPECT_TRUE(Missed("2021-01-01T12:30:00", "", At("2021-01-01T11:59:00")));
    EXPECT_EQ(Missed("2021-01-01T12:30:00", "", KnownSchedule::kNoRuns), before);
    KnownSchedule known{.schedule = schedule_.plan, .newest_run = ScheduleRun{.id = "r"}};
    EXPECT_EQ(IsMissed(schedule_, known, At("2021-01-01T12:30:00"), minutes(15)), before);
  }
}

TEST_F(MissedTest, NoRunIsMissedOfAScheduleThatPlansNone) {
  schedule_.plan.is_disabled = true;
  EXPECT_FALSE(Missed("2021-01-01T12:30:00", ""));
  schedule_ = Schedule("not a cron expression", "2021-01-01T00:00:00");
  EXPECT_FALSE(Missed("2021-01-01T12:30:00", ""));
  schedule_ = Schedule("0 0 30 2 *", "2021-01-01T00:00:00");
  EXPECT_FALSE(Missed("2021-12-01T12:30:00", ""));
}

TEST_F(MissedTest, OfAScheduleWithAnUnreadableStartOrEndNoRunIsMissed) {
  schedule_.is_missed = true;
  for (const std::string_view name : {"start_date", "end_date"}) {
    schedule_.plan.unreadable_times = {name};
    EXPECT_FALSE(Missed("2021-01-01T12:30:00", "")) << name;
  }
  schedule_.plan.unreadable_times = {"createdAt", "updatedAt"};
  EXPECT_TRUE(Missed("2021-01-01T12:30:00", ""));
}

TEST_F(MissedTest, WhileARunIsUndatedMissedStaysAsItWas) {
  KnownSchedule known{.schedule = schedule_.plan,
                      .newest_run = ScheduleRun{.id = "r", .created_at = At("2021-01-01T11:00:00")},
                      .runs_known_since = KnownSchedule::kAllRuns,
                      .has_undated_run = true};
  for (const bool before : {false, true}) {
    schedule_.is_missed = before;
    EXPECT_EQ(IsMissed(schedule_, known, At("2021-01-01T12:30:00"), minutes(15)), before);
  }
  known.newest_run->created_at = At("2021-01-01T12:00:00");
  EXPECT_FALSE(IsMissed(schedule_, known, At("2021-01-01T12:30:00"), minutes(15)));
}

// --- Ended ---

class EndedTest : public MissedTest {
 protected:
  // Of a list of runs whose oldest was created then.
  bool MissedInList(const std::string& read_at, const std::string& run, const std::string& oldest) {
    KnownSchedule known{.schedule = schedule_.plan,
                        .runs_known_since = KnownSchedule::kAllRuns,
                        .runs_seen_since = oldest.empty() ? KnownSchedule::kNoRuns : At(oldest)};
    if (!run.empty()) known.newest_run = ScheduleRun{.id = "r", .created_at = At(run)};
    return IsMissed(schedule_, known, At(read_at), minutes(15));
  }

  EndedTest() { schedule_.plan.ends_at = At("2021-01-01T12:10:00"); }
};

TEST_F(EndedTest, TheLastRunBeforeTheEndIsMissedOnceTheGraceIsOver) {
  const std::string former = "2021-01-01T11:00:02";
  EXPECT_FALSE(MissedInList("2021-01-01T12:14:59", former, former));
  EXPECT_TRUE(MissedInList("2021-01-01T12:15:00", former, former));
  EXPECT_TRUE(MissedInList("2021-01-05T00:00:00", former, former));
  EXPECT_FALSE(MissedInList("2021-01-05T00:00:00", "2021-01-01T12:00:02", former));
}

TEST_F(EndedTest, WhatMayHaveBeenDeletedIsNotMissed) {
  schedule_.is_missed = true;
  EXPECT_TRUE(MissedInList("2021-01-05T00:00:00", "", "2021-01-01T11:59:00"));
  EXPECT_FALSE(MissedInList("2021-01-05T00:00:00", "", "2021-01-01T11:59:01"));
  EXPECT_FALSE(MissedInList("2021-01-05T00:00:00", "", ""));
}

TEST_F(EndedTest, NoRunIsMissedThatWasDueAtTheEndOrOfADisabledSchedule) {
  schedule_.plan.ends_at = At("2021-01-01T12:00:00");
  const std::string former = "2021-01-01T11:00:02";
  EXPECT_FALSE(MissedInList("2021-01-02T00:00:00", former, former));
  schedule_.plan.ends_at = At("2021-01-01T12:10:00");
  schedule_.plan.is_disabled = true;
  EXPECT_FALSE(MissedInList("2021-01-02T00:00:00", former, former));
}

TEST_F(MissedTest, NoRunIsMissedOfAScheduleThatHasEndedWithinTheGrace) {
  schedule_.plan.ends_at = At("2021-01-01T12:25:00");
  EXPECT_TRUE(Missed("2021-01-01T12:24:59", ""));
  EXPECT_FALSE(Missed("2021-01-01T12:25:00", ""));
}

// --- Covered ---

TEST(DomainCoverTest, TheSchedulesOfTwoFamiliesNameDomains) {
  EXPECT_TRUE(SchedulesNameDomains(*FindFamily("dsm")));
  EXPECT_TRUE(SchedulesNameDomains(*FindFamily("hsm-luna")));
  EXPECT_FALSE(SchedulesNameDomains(*FindFamily("aws")));
}

TEST(DomainCoverTest, EachScheduleCountsOnceWhetherItNamesTheDomainByIdOrName) {
  FamilyCover cover;
  cover.is_enabled = std::vector<bool>(8, true);
  cover.all = {.schedules = {7}, .enabled = 1, .shortest_interval = hours(24)};
  cover.by_unit["id"] = {.schedules = {1, 2}, .enabled = 2, .shortest_interval = hours(2)};
  cover.by_unit["name"] = {.schedules = {2, 3}, .enabled = 2, .shortest_interval = hours(1)};
  EXPECT_EQ(CoverOf(cover, "id", "").schedules, 3U);
  EXPECT_EQ(CoverOf(cover, "id", "name").schedules, 4U);
  EXPECT_EQ(CoverOf(cover, "id", "name").shortest_interval, hours(1));
  EXPECT_EQ(CoverOf(cover, "name", "name").schedules, 3U);
  EXPECT_EQ(CoverOf(cover, "other", "").schedules, 1U);
  EXPECT_EQ(CoverOf(cover, "other", "").shortest_interval, hours(24));
  EXPECT_EQ(CoverOf({}, "id", "name").schedules, 0U);
}

}  // namespace
}  // namespace cckm
