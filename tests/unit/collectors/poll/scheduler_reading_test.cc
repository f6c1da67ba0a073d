// Readings of the scheduler that are not answered as asked for: in pages, late, elsewhere, or by
// another node.

#include <gmock/gmock.h>

#include "collectors/http/failover_http_client.h"
#include "tests/unit/collectors/poll/scheduler_fixture.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;

const std::string kWhole = "/api/v1/scheduler/job-configs?skip=0&limit=-1";
const std::string kNewest = "/api/v1/scheduler/jobs?skip=0&limit=100&sort=-createdAt";

class SchedulerReadingTest : public SchedulerTest {
 protected:
  SchedulerReadingTest() { appliance_.jobs = {{.id = "j"}}; }

  // The n-th request of that beginning is answered so, from 1; all others as ever.
  void AnswerTo(std::string beginning, int number, Result<HttpResponse> answer) {
    scheduler_.fault = [=, count = 0](const std::string& path) mutable {
      const bool is_it = path.starts_with(beginning) && ++count == number;
      return is_it ? FakeScheduler::MaybeAnswer(answer) : std::nullopt;
    };
  }
  void AddSchedules(int count) {
    for (int i = 0; i < count; ++i) {
      scheduler_.schedules.push_back({.id = "s" + std::to_string(scheduler_.schedules.size())});
    }
  }
};

// --- Configurations ---

TEST_F(SchedulerReadingTest, AWholeListThatIsRefusedTooLargeOrDamagedIsReadInPages) {
  const Result<HttpResponse> answers[] = {StatusAnswer(400),
                                          Fail(ErrorKind::kTooLarge, "too large"), JsonAnswer("]")};
  for (const Result<HttpResponse>& answer : answers) {
    poller_.reset();
    scheduler_.schedules.clear();
    AddSchedules(3);
    AnswerTo(kWhole, 1, answer);
    RunFor(minutes(1));
    ASSERT_TRUE(listener_.updates.back().reading);
    EXPECT_EQ(LastReading().schedules.size(), 3U);
    EXPECT_TRUE(LastReading().is_complete);
  }
  EXPECT_EQ(client_.closed().size(), 1U) << "the damaged one may belong to another request";
}

TEST_F(SchedulerReadingTest, AWholeListThatBeginsElsewhereClosesItsConnection) {
  AddSchedules(1);
  AnswerTo(kWhole, 1, JsonAnswer(R"({"skip":10,"total":11,"resources":[]})"));
  RunFor(minutes(1));
  EXPECT_FALSE(listener_.updates.back().reading);
  EXPECT_EQ(client_.closed().size(), 1U);
  EXPECT_EQ(Errors(ErrorKind::kSchema), 1U);
}

TEST_F(SchedulerReadingTest, APageThatBeginsElsewhereIsAskedForAgainOnAnotherConnection) {
  AddSchedules(250);
  scheduler_.gives_whole_list = false;
  const std::string second = "/api/v1/scheduler/job-configs?skip=100";
  scheduler_.most_in_page = 100;
  AnswerTo(second, 1, JsonAnswer(R"({"skip":7,"total":250,"resources":[]})"));
  RunFor(minutes(1));
  EXPECT_EQ(LastReading().schedules.size(), 250U);
  EXPECT_TRUE(LastReading().is_complete);
  EXPECT_EQ(client_.closed().size(), 1U);
  EXPECT_TRUE(client_.paths_on_new_connections().at(0).starts_with(second));
  EXPECT_EQ(Errors(ErrorKind::kSchema), 1U);
}

TEST_F(SchedulerReadingTest, AnEntryOfAPageThatCannotBeReadTakesNothingFromTheOthers) {
  AddSchedules(250);
  scheduler_.schedules[7].id = "";
  scheduler_.gives_whole_list = false;
  scheduler_.most_in_page = 100;
  RunFor(minutes(1));
  EXPECT_EQ(LastReading().schedules.size(), 249U);
  EXPECT_FALSE(LastReading().is_complete);
  EXPECT_EQ(Errors(ErrorKind::kSchema), 1U);
}

TEST_F(SchedulerReadingTest, PagesOfOtherOperationsAreWalkedThrough) {
  AddSchedules(251);
  for (int i = 0; i < 250; ++i)
    scheduler_.schedules[static_cast<std::size_t>(i)].operation = "backup";
  scheduler_.gives_whole_list = false;
  scheduler_.most_in_page = 100;
  RunFor(minutes(1));
  EXPECT_NE(Known("s250"), nullptr);
  EXPECT_TRUE(LastReading().is_complete);
}

TEST_F(SchedulerReadingTest, AListThatIsTooLongIsReadForAHundredPages) {
  AddSchedules(150);
  scheduler_.most_in_page = 1;
  RunFor(minutes(1));
  EXPECT_EQ(LastReading().schedules.size(), 100U);
  EXPECT_FALSE(LastReading().is_complete);
}

TEST_F(SchedulerReadingTest, AListThatRepeatsItselfIsIncompleteAndSaysSo) {
  scheduler_.fault = [](const std::string& path) -> FakeScheduler::MaybeAnswer {
    if (path == kWhole) return StatusAnswer(400);
    if (!path.starts_with(FakeScheduler::kConfigs)) return std::nullopt;
    return JsonAnswer(R"({"total":9,"resources":[)" + FakeSchedule{.id = "a"}.Json() + "]}");
  };
  RunFor(minutes(1));
  EXPECT_EQ(LastReading().schedules.size(), 1U);
  EXPECT_FALSE(LastReading().is_complete);
  EXPECT_EQ(Errors(ErrorKind::kSchema), 1U);
}

TEST_F(SchedulerReadingTest, APageThatIsTooLargeIsReadInSmallerOnes) {
  AddSchedules(30);
  scheduler_.fault = [](const std::string& path) -> FakeScheduler::MaybeAnswer {
    const bool is_large = path == kWhole || path.ends_with("limit=100");
    if (!is_large || !path.starts_with(FakeScheduler::kConfigs)) return std::nullopt;
    return Fail(ErrorKind::kTooLarge, "too large");
  };
  RunFor(minutes(1));
  ASSERT_TRUE(listener_.updates.back().reading);
  EXPECT_EQ(LastReading().schedules.size(), 30U);
  EXPECT_TRUE(LastReading().is_complete);
}

TEST_F(SchedulerReadingTest, ADamagedPageEndsTheReadingAndItsConnection) {
  AddSchedules(3);
  scheduler_.fault = [](const std::string& path) -> FakeScheduler::MaybeAnswer {
    if (path == kWhole) return StatusAnswer(400);
    return JsonAnswer("]");
  };
  RunFor(minutes(1));
  EXPECT_FALSE(listener_.updates.back().reading);
  EXPECT_EQ(client_.closed().size(), 1U);
}

TEST_F(SchedulerReadingTest, PagesAreCountedAnewForEachReading) {
  AddSchedules(250);
  scheduler_.gives_whole_list = false;
  scheduler_.most_in_page = 100;
  RunFor(hours(5));
  EXPECT_GT(listener_.updates.size(), 50U);
  for (const ScheduleUpdate& update : listener_.updates) {
    ASSERT_TRUE(update.reading);
    EXPECT_TRUE(update.reading->is_complete);
  }
}

TEST_F(SchedulerReadingTest, WhatAFailedReadingHadIsNoPartOfTheNext) {
  AddSchedules(250);
  scheduler_.gives_whole_list = false;
  scheduler_.most_in_page = 100;
  AnswerTo("/api/v1/scheduler/job-configs?skip=200", 1, StatusAnswer(500));
  RunFor(minutes(1));
  EXPECT_FALSE(listener_.updates.back().reading);
  scheduler_.schedules.erase(scheduler_.schedules.begin());
  RunForAnInterval();
  EXPECT_EQ(LastReading().schedules.size(), 249U);
  EXPECT_EQ(Known("s0"), nullptr);
}

TEST_F(SchedulerReadingTest, WithoutSchedulesNoRunIsAskedFor) {
  RunFor(minutes(1));
  EXPECT_THAT(NewPaths(), ElementsAre(kWhole));
  EXPECT_EQ(LastReading().schedules.size(), 0U);
}

// --- Times ---

TEST_F(SchedulerReadingTest, AReadingIsAsOfItsFirstPageOfRunsByTheAppliancesClock) {
  AddSchedules(1);
  AddRuns("other", 150, hours(1));
  scheduler_.skew = hours(1);
  client_.SetLatency([](const std::string& path) {
    return Nanoseconds(FakeScheduler::IsAsked(path) ? seconds(10) : seconds(1));
  });
  const auto begins = [this] {
    return std::chrono::floor<seconds>(clock_.Now() + scheduler_.skew) + seconds(20);
  };
  const WallTime first = begins();
  RunFor(minutes(2));
  EXPECT_EQ(LastReading().read_at, first);
  RunForAnInterval();
  EXPECT_GE(LastReading().read_at, first + minutes(5)) << "each has a time of its own";
  EXPECT_LT(LastReading().read_at, first + minutes(6));
}

TEST_F(SchedulerReadingTest, ARunThatIsSomeMinutesAheadIsTheNewest) {
  AddSchedules(1);
  AddRun("r1", "s0", minutes(1));
  AddRun("r2", "s0", -minutes(4));
  RunFor(minutes(1));
  EXPECT_EQ(NewestRun("s0"), "r2 completed");
}

TEST_F(SchedulerReadingTest, ARetryAfterIsHonouredForAQuarterOfAnHourAndNeverShortensTheInterval) {
  HttpResponse busy = StatusAnswer(503);
  for (const auto& [asked, kept] :
       {std::pair{Nanoseconds(hours(2)), minutes(15)}, {Nanoseconds(seconds(1)), minutes(5)}}) {
    poller_.reset();
    busy.retry_after = asked;
    AnswerTo(kWhole, 1, busy);
    RunFor(kept - seconds(30));
    EXPECT_THAT(NewPaths(), ElementsAre(kWhole));
    RunFor(minutes(1));
    EXPECT_EQ(NewPaths().at(0), kWhole);
  }
}

TEST_F(SchedulerReadingTest, NoRunIsAskedForByItsIdAfterSeveralPages) {
  AddSchedules(2);
  AddRun("long", "s0", hours(2), "in_progress");
  AddRuns("s1", 200, hours(1));
  RunFor(minutes(1));
  NewPaths();
  AddRuns("s1", 150, seconds(10));
  RunForAnInterval();
  EXPECT_EQ(NewPaths().size(), 3U) << "the configurations and two pages of runs";
}

// --- Several addresses ---

TEST_F(SchedulerReadingTest, AnAttemptThatFailedAtAnotherAddressIsARequestAndAnError) {
  AddSchedules(1);
  FakeHttpClient inner(clock_, [this](const HttpRequest& request) -> Result<HttpResponse> {
    if (request.address == 0) return Fail(ErrorKind::kConnect, "refused");
    return Answer(request.path);
  });
  FailoverHttpClient failover(inner, {"https://a", "https://b"});
  Poller poller(plan_, failover, token_, clock_, random_, listener_);
  poller.RunFirstPoll({});
  ASSERT_EQ(listener_.updates.size(), 1U);
  EXPECT_EQ(Errors(ErrorKind::kConnect), 1U);
  EXPECT_EQ(listener_.updates[0].target, "cm");
  EXPECT_GT(listener_.updates[0].wall_time, FakeClock::kStart);
  std::vector<std::pair<Endpoint, long>> requests;
  for (const RequestRecord& request : listener_.updates[0].requests) {
    requests.emplace_back(request.endpoint, request.status);
  }
  EXPECT_THAT(requests, ElementsAre(std::pair(Endpoint::kScheduleList, 0L),
                                    std::pair(Endpoint::kScheduleList, 200L),
                                    std::pair(Endpoint::kScheduleRunList, 200L)));
}

}  // namespace
}  // namespace cckm
