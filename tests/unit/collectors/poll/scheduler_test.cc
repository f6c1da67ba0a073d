// Reading the scheduler: what is asked for, what is kept of it, and how much it costs.

#include "tests/unit/collectors/poll/scheduler_fixture.h"

#include <gmock/gmock.h>
#include <malloc.h>

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kWhole = "/api/v1/scheduler/job-configs?skip=0&limit=-1";
const std::string kNewest = "/api/v1/scheduler/jobs?skip=0&limit=100&sort=-createdAt";
const std::string kFurther = "/api/v1/scheduler/jobs?skip=100&limit=1000&sort=-createdAt";

TEST_F(SchedulerTest, NothingIsAskedForUnlessEnabled) {
  plan_.scheduler.enabled = false;
  RunFor(hours(1));
  EXPECT_THAT(NewPaths(), IsEmpty());
  EXPECT_THAT(listener_.updates, IsEmpty());
}

TEST_F(SchedulerTest, ConfigurationsAndNewestRunsAreReadOnceAnInterval) {
  scheduler_.schedules = {{.id = "a"}, {.id = "b"}, {.id = "backup", .operation = "backup"}};
  AddRun("r1", "a", hours(2));
  AddRun("r2", "a", hours(1), "failed");
  RunForAnInterval();
  EXPECT_THAT(NewPaths(), ElementsAre(kWhole, kNewest, kWhole, kNewest));
  EXPECT_TRUE(LastReading().is_complete);
  EXPECT_EQ(LastReading().schedules.size(), 2U);
  EXPECT_EQ(NewestRun("a"), "r2 failed");
  EXPECT_EQ(NewestRun("b"), "none");
  EXPECT_EQ(Known("b")->runs_known_since, KnownSchedule::kAllRuns);
  RunForAnInterval();
  EXPECT_THAT(NewPaths(), ElementsAre(kWhole, kNewest));
}

TEST_F(SchedulerTest, RunsAreJoinedByNameWhereNoConfigurationIsTold) {
  scheduler_.tells_config_ids = false;
  scheduler_.schedules = {{.id = "a"}, {.id = "b"}};
  AddRun("r1", "b", hours(1));
  RunForAnInterval();
  EXPECT_EQ(NewestRun("a"), "none");
  EXPECT_EQ(NewestRun("b"), "r1 completed");
}

TEST_F(SchedulerTest, OnlyTheNewestPageIsReadOnceTheRunsAreKnown) {
  scheduler_.schedules = {{.id = "a"}};
  AddRuns("a", 3000, hours(1));
  RunFor(minutes(1));
  EXPECT_THAT(NewPaths(), ElementsAre(kWhole, kNewest));
  EXPECT_EQ(Known("a")->runs_known_since,
            clock_.Now() - (clock_.Now() - scheduler_.runs[2900].created));
  AddRuns("a", 150, seconds(10));
  RunForAnInterval();
  EXPECT_THAT(NewPaths(), ElementsAre(kWhole, kNewest, kFurther));
  EXPECT_EQ(NewestRun("a"), scheduler_.runs.back().id + " completed");
  EXPECT_EQ(Known("a")->runs_known_since, scheduler_.runs[2050].created);
}

TEST_F(SchedulerTest, AThousandSchedulesAndAHundredThousandRunsTakeThreeRequestsAtMost) {
  for (int i = 0; i < 1000; ++i) scheduler_.schedules.push_back({.id = "s" + std::to_string(i)});
  const auto run_all = [this](Nanoseconds ago) {
    for (const FakeSchedule& schedule : scheduler_.schedules) {
      AddRun("r" + std::to_string(scheduler_.runs.size()), schedule.id, ago,
             scheduler_.runs.size() % 7 == 0 ? "in_progress" : "completed");
    }
  };
  for (int hour = 100; hour > 0; --hour) run_all(hours(hour));
  RunFor(minutes(1));
  EXPECT_LE(NewPaths().size(), 4U);
  std::size_t bytes = 0;
  for (int interval = 0; interval < 12; ++interval) {
    if (interval % 3 == 0) run_all(Nanoseconds(0));
    RunForAnInterval();
    EXPECT_LE(NewPaths().size(), 3U) << interval;
    client_.ForgetRequests();
    seen_ = 0;
    listener_.updates.erase(listener_.updates.begin(), listener_.updates.end() - 1);
    EXPECT_EQ(LastReading().schedules.size(), 1000U);
    if (interval == 3) bytes = mallinfo2().uordblks;
  }
  EXPECT_LT(mallinfo2().uordblks, bytes + 8'000'000);
  EXPECT_EQ(NewestRun("s999"), scheduler_.runs.back().id + " " + scheduler_.runs.back().status);
}

TEST_F(SchedulerTest, AFirstReadingLooksBackForAScheduleThatSeldomRunsAndNoFurtherThanTwentyPages) {
  scheduler_.schedules = {{.id = "often"}, {.id = "never"}};
  AddRuns("often", 30'000, hours(1));
  RunFor(minutes(1));
  EXPECT_EQ(NewPaths().size(), 21U);
  EXPECT_EQ(NewestRun("never"), "none");
  EXPECT_EQ(Known("never")->runs_known_since, scheduler_.runs[30'000 - 19'100].created);
  RunForAnInterval();
  EXPECT_THAT(NewPaths(), ElementsAre(kWhole, kNewest));
}

TEST_F(SchedulerTest, ARunThatTakesLongIsAskedForByItsIdUntilItEnds) {
  scheduler_.schedules = {{.id = "a"}, {.id = "b"}};
  AddRun("long", "a", hours(2), "in_progress");
  AddRuns("b", 200, hours(1));
  RunFor(minutes(1));
  EXPECT_EQ(NewestRun("a"), "long in_progress");
  NewPaths();
  scheduler_.Find("long")->status = "failed";
  RunForAnInterval();
  EXPECT_THAT(NewPaths(), ElementsAre(kWhole, kNewest, "/api/v1/scheduler/jobs/long"));
  EXPECT_EQ(NewestRun("a"), "long failed");
  RunForAnInterval();
  EXPECT_THAT(NewPaths(), ElementsAre(kWhole, kNewest));
}

TEST_F(SchedulerTest, ARunThatIsGoneBecomesUnknownAndIsAskedForNoMore) {
  scheduler_.schedules = {{.id = "a"}, {.id = "b"}};
  AddRun("long", "a", hours(2), "in_progress");
  AddRuns("b", 200, hours(1));
  RunFor(minutes(1));
  scheduler_.runs.erase(scheduler_.runs.begin());
  RunForAnInterval();
  EXPECT_EQ(NewestRun("a"), "long unknown");
  NewPaths();
  RunForAnInterval();
  EXPECT_THAT(NewPaths(), ElementsAre(kWhole, kNewest));
}

TEST_F(SchedulerTest, WhatHasEndedDoesNotRunAgainOnANodeThatIsBehind) {
  scheduler_.schedules = {{.id = "a"}};
  AddRun("r", "a", minutes(2));
  RunFor(minutes(1));
  scheduler_.Find("r")->status = "in_progress";
  RunForAnInterval();
  EXPECT_EQ(NewestRun("a"), "r completed");
}

TEST_F(SchedulerTest, SchedulesLeaveWithACompleteListOnly) {
  scheduler_.schedules = {{.id = "a"}, {.id = "b"}, {.id = "b"}};
  RunFor(minutes(1));
  EXPECT_EQ(LastReading().schedules.size(), 2U);
  scheduler_.fault = [](const std::string& path) -> FakeScheduler::MaybeAnswer {
    if (path != kWhole) return std::nullopt;
    return JsonAnswer(R"({"skip":0,"total":1,"resources":[{"operation":"cckm_synchronization"}]})");
  };
  RunForAnInterval();
  EXPECT_FALSE(LastReading().is_complete);
  EXPECT_EQ(LastReading().schedules.size(), 2U);
  scheduler_.fault = [](const std::string&) { return FakeScheduler::MaybeAnswer(); };
  scheduler_.schedules.erase(scheduler_.schedules.begin());
  RunForAnInterval();
  EXPECT_EQ(LastReading().schedules.size(), 1U);
  EXPECT_EQ(Known("a"), nullptr);
}

TEST_F(SchedulerTest, WhatThreeListsInARowDoNotHaveLeavesThoughNoneIsComplete) {
  scheduler_.schedules = {{.id = "a"}};
  RunFor(minutes(1));
  scheduler_.fault = [](const std::string& path) -> FakeScheduler::MaybeAnswer {
    if (path != kWhole) return std::nullopt;
    return JsonAnswer(R"({"skip":0,"total":1,"resources":[{"operation":"cckm_synchronization"}]})");
  };
  for (int reading = 0; reading < 2; ++reading) RunForAnInterval();
  EXPECT_NE(Known("a"), nullptr);
  RunForAnInterval();
  EXPECT_EQ(Known("a"), nullptr);
}

TEST_F(SchedulerTest, RunsOfOtherOperationsAreReadOnce) {
  scheduler_.schedules = {{.id = "a"}};
  AddRuns("a", 1, hours(24));
  for (int i = 0; i < 3000; ++i) {
    scheduler_.runs.push_back({.id = "rotation" + std::to_string(i),
                               .schedule_id = {},
                               .created = clock_.Now() - seconds(4000 - i),
                               .operation = "key_rotation"});
  }
  RunFor(minutes(1));
  NewPaths();
  RunForAnInterval();
  EXPECT_THAT(NewPaths(), ElementsAre(kWhole, kNewest));
  EXPECT_EQ(NewestRun("a"), scheduler_.runs.front().id + " completed");
}

TEST_F(SchedulerTest, PagesAreReadWhereTheWholeListIsRefusedOrCut) {
  for (int i = 0; i < 250; ++i) scheduler_.schedules.push_back({.id = "s" + std::to_string(i)});
  scheduler_.most_in_page = 100;
  RunFor(minutes(1));
  EXPECT_EQ(LastReading().schedules.size(), 250U);
  EXPECT_TRUE(LastReading().is_complete);
  EXPECT_EQ(NewPaths().size(), 5U);
  scheduler_.gives_whole_list = false;
  RunForAnInterval();
  EXPECT_EQ(LastReading().schedules.size(), 250U);
  EXPECT_EQ(NewPaths().size(), 4U);
  EXPECT_EQ(Errors(ErrorKind::kHttpStatus), 0U);
}

TEST_F(SchedulerTest, AListThatIsNotSortedIsReadToItsEnd) {
  scheduler_.sorts = false;
  scheduler_.schedules = {{.id = "a"}};
  AddRuns("a", 2500, hours(1));
  RunFor(minutes(1));
  EXPECT_EQ(NewestRun("a"), scheduler_.runs.back().id + " completed");
  EXPECT_EQ(Known("a")->runs_known_since, KnownSchedule::kAllRuns);
  AddRuns("a", 1, seconds(10));
  RunForAnInterval();
  EXPECT_EQ(NewestRun("a"), scheduler_.runs.back().id + " completed");
}

TEST_F(SchedulerTest, OfAListThatIsNeitherSortedNorShortNoRunIsSaidToBeMissing) {
  scheduler_.sorts = false;
  scheduler_.schedules = {{.id = "a"}};
  AddRuns("a", 30'000, hours(1));
  RunFor(minutes(1));
  EXPECT_EQ(Known("a")->runs_known_since, KnownSchedule::kNoRuns);
  EXPECT_EQ(Errors(ErrorKind::kSchema), 1U);
}

TEST_F(SchedulerTest, ARunFromTheFutureHidesNoOther) {
  scheduler_.schedules = {{.id = "a"}};
  AddRuns("a", 300, hours(1));
  AddRun("future", "a", -hours(24 * 365));
  RunFor(minutes(1));
  EXPECT_EQ(NewestRun("a"), scheduler_.runs[299].id + " completed");
}

TEST_F(SchedulerTest, ARunWithAnUnreadableCreationIsAnErrorAndSaidOfItsSchedule) {
  scheduler_.schedules = {{.id = "a"}, {.id = "b"}};
  AddRun("a1", "a", hours(1));
  AddRun("b1", "b", hours(1));
  scheduler_.runs.back().created_text = "an hour ago";
  RunFor(minutes(1));
  EXPECT_EQ(Errors(ErrorKind::kSchema), 1U);
  EXPECT_EQ(NewestRun("b"), "b1 completed");
  EXPECT_FALSE(Known("a")->has_undated_run);
  EXPECT_TRUE(Known("b")->has_undated_run);
  scheduler_.runs.back().created_text.clear();
  RunForAnInterval();
  EXPECT_FALSE(Known("b")->has_undated_run);
}

TEST_F(SchedulerTest, RunsAreSeenNoFurtherBackThanTheOldestThatIsThere) {
  scheduler_.schedules = {{.id = "a"}, {.id = "backup", .operation = "database_backup"}};
  AddRun("b", "backup", hours(30));
  scheduler_.runs.back().operation = "database_backup";
  AddRuns("a", 1, hours(2));
  RunFor(minutes(1));
  const WallTime oldest = scheduler_.runs.front().created;
  EXPECT_EQ(Known("a")->runs_known_since, KnownSchedule::kAllRuns);
  EXPECT_EQ(Known("a")->runs_seen_since, oldest);
  AddRuns("a", 150, seconds(1));
  scheduler_.runs.erase(scheduler_.runs.begin());
  RunForAnInterval();
  EXPECT_EQ(Known("a")->runs_seen_since, oldest) << "nothing between two readings was left out";
  scheduler_.runs.clear();
  poller_.reset();
  RunForAnInterval();
  EXPECT_EQ(Known("a")->runs_seen_since, KnownSchedule::kNoRuns);
}

// --- Faults ---

class SchedulerFaultTest : public SchedulerTest {
 protected:
  void FailWith(Result<HttpResponse> answer) {
    scheduler_.fault = [answer = std::move(answer)](const std::string&) {
      return FakeScheduler::MaybeAnswer(answer);
    };
  }
};

TEST_F(SchedulerFaultTest, NoFaultOfTheSchedulerIsOneOfAFamilyNorOfTheToken) {
  appliance_.jobs = {{.id = "j"}};
  const Result<HttpResponse> faults[] = {StatusAnswer(401),
                                         StatusAnswer(403),
                                         StatusAnswer(404),
                                         StatusAnswer(500),
                                         JsonAnswer("]"),
                                         JsonAnswer("{}"),
                                         Fail(ErrorKind::kTimeout, "timed out")};
  RunFor(minutes(1));
  for (const Result<HttpResponse>& fault : faults) {
    FailWith(fault);
    listener_.updates.clear();
    RunFor(minutes(30));
    ASSERT_GE(listener_.updates.size(), 3U);
    for (const ScheduleUpdate& update : listener_.updates) {
      EXPECT_FALSE(update.reading);
      EXPECT_EQ(update.errors.size(), 1U);
      EXPECT_TRUE(update.observation.token.is_held);
    }
  }
  EXPECT_EQ(std::ranges::count(listener_.ups, false), 0);
  // A poll every 15 seconds of three hours and a half.
  EXPECT_GE(listener_.ups.size(), 7U * 30 * 4);
}

TEST_F(SchedulerFaultTest, AnApplianceWithoutASchedulerIsAskedEveryTenMinutes) {
  plan_.scheduler.interval = minutes(1);
  FailWith(NotFoundAnswer());
  RunFor(hours(1) + minutes(1));
  EXPECT_EQ(NewPaths().size(), 7U);
  EXPECT_EQ(Errors(ErrorKind::kNotFound), 7U);
}

TEST_F(SchedulerFaultTest, RetryAfterIsHonouredForTheSchedulerOnly) {
  plan_.scheduler.interval = minutes(1);
  HttpResponse patience = StatusAnswer(503);
  patience.retry_after = minutes(8);
  FailWith(patience);
  RunFor(minutes(31));
  EXPECT_EQ(NewPaths().size(), 4U);
  EXPECT_GE(listener_.ups.size(), 31U);
}

TEST_F(SchedulerFaultTest, AnEndlessListOfRunsIsLeftAfterTwentyPages) {
  scheduler_.schedules = {{.id = "a"}};
  scheduler_.fault = [](const std::string& path) -> FakeScheduler::MaybeAnswer {
    if (path == kWhole) return std::nullopt;
    return JsonAnswer(R"({"resources":[{"id":"r","name":"x","status":"completed"}]})");
  };
  RunFor(minutes(1));
  EXPECT_EQ(NewPaths().size(), 21U);
  EXPECT_EQ(NewestRun("a"), "none");
}

TEST_F(SchedulerFaultTest, APageThatBeginsElsewhereClosesItsConnection) {
  appliance_.jobs = {{.id = "j"}};
  scheduler_.schedules = {{.id = "a"}};
  scheduler_.fault = [](const std::string& path) -> FakeScheduler::MaybeAnswer {
    if (path == kWhole) return std::nullopt;
    return JsonAnswer(R"({"skip":100,"total":1,"resources":[]})");
  };
  RunFor(minutes(1));
  EXPECT_FALSE(listener_.updates.back().reading);
  EXPECT_EQ(client_.closed().size(), 1U);
}

TEST_F(SchedulerFaultTest, TheFirstPollOfAnApplianceThatHangsStillEnds) {
  appliance_.fault = [](const std::string&) -> FakeScheduler::MaybeAnswer {
    return Fail(ErrorKind::kConnect, "refused");
  };
  FailWith(Fail(ErrorKind::kConnect, "refused"));
  Poller poller(plan_, client_, token_, clock_, random_, listener_);
  poller.RunFirstPoll({});
  EXPECT_THAT(listener_.ups, ElementsAre(false));
}

TEST_F(SchedulerTest, TheFirstPollReadsTheSchedulerToo) {
  appliance_.jobs = {{.id = "j"}};
  scheduler_.schedules = {{.id = "a"}};
  Poller poller(plan_, client_, token_, clock_, random_, listener_);
  poller.RunFirstPoll({});
  EXPECT_THAT(NewPaths(), ElementsAre(kWhole, kNewest));
  EXPECT_EQ(listener_.updates.size(), 1U);
}

TEST_F(SchedulerTest, NoSecretComesBackInANameOrAnError) {
  scheduler_.schedules = {{.id = "a", .run_at = "token", .units = R"("domains":["x token"])"}};
  RunFor(minutes(1));
  EXPECT_EQ(Known("a")->schedule.run_at, "<secret>");
  EXPECT_EQ(Known("a")->schedule.units.front(), "x <secret>");
}

}  // namespace
}  // namespace cckm
