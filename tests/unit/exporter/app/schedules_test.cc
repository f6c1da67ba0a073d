// Schedules from the network to the exposition.

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "collectors/base/rfc3339.h"
#include "tests/support/fakes/fake_appliance.h"
#include "tests/support/fakes/fake_scheduler.h"
#include "tests/unit/exporter/app/harness.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// 2021-02-28T23:30:00Z
constexpr WallTime kStart{seconds(1'614'555'000)};

class SchedulesTest : public ::testing::Test {
 protected:
  Harness& Exporter() {
    if (exporter_) return *exporter_;
    setup_.respond = [this](const std::string& path) {
      return FakeScheduler::IsAsked(path) ? scheduler_->Answer(path) : appliance_->Answer(path);
    };
    exporter_ = std::make_unique<Harness>(setup_);
    appliance_ = std::make_unique<FakeAppliance>(exporter_->clock);
    appliance_->jobs = jobs_;
    appliance_->domains = domains_;
    scheduler_ = std::make_unique<FakeScheduler>(exporter_->clock);
    scheduler_->schedules = schedules_;
    return *exporter_;
  }
  std::string Scrape(const std::string& beginning) { return Exporter().Scrape(beginning); }
  std::string Missed(const std::string& id) {
    const std::string series = "cckm_schedule_missed{target=\"cm\",schedule_id=\"" + id + "\"} ";
    const std::string line = Scrape(series);
    return line.empty() ? "none" : line.substr(series.size(), 1);
  }
  void Run(const std::string& id, const std::string& status = "completed") {
    scheduler_->runs.push_back({"run" + std::to_string(scheduler_->runs.size()), id,
                                exporter_->clock.Now() + scheduler_->skew, status});
  }

  Harness::Setup setup_{.collectors = {{.family = FindFamily("dsm"), .refresh_ids = {"j"}}},
                        .schedules = {.enabled = true},
                        .start = kStart};
  std::vector<FakeJob> jobs_ = {{.id = "j", .created = kStart, .domains = {"d1", "d2"}}};
  std::vector<std::string> domains_;
  std::vector<FakeSchedule> schedules_ = {{.id = "hourly", .created = kStart - hours(48)}};
  std::unique_ptr<Harness> exporter_;
  std::unique_ptr<FakeAppliance> appliance_;
  std::unique_ptr<FakeScheduler> scheduler_;
};

TEST_F(SchedulesTest, WithoutSchedulesTheExpositionHasNothingOfThem) {
  setup_.schedules.enabled = false;
  Exporter().PollFor(minutes(10));
  EXPECT_EQ(Exporter().Scrape().find("schedule"), std::string::npos);
}

TEST_F(SchedulesTest, EverythingThatAScheduleTellsIsShown) {
  schedules_ = {{.id = "a", .run_at = "0 0 * * *", .created = kStart - hours(48)},
                {.id = "off", .disabled = true},
                {.id = "odd", .run_at = "whenever", .cloud = "mars"}};
  Exporter();
  Run("a", "failed");
  Exporter().PollFor(minutes(1));
  Exporter().Scrape();
  EXPECT_EQ(Scrape("cckm_schedule") + Scrape("cckm_domain_schedules"),
            R"(cckm_schedules_up{target="cm"} 1
cckm_schedule_info{target="cm",schedule_id="a",schedule="name-of-a",cloud="dsm",run_at="0 0 * * *"} 1
cckm_schedule_info{target="cm",schedule_id="odd",schedule="name-of-odd",cloud="",run_at="whenever"} 1
cckm_schedule_info{target="cm",schedule_id="off",schedule="name-of-off",cloud="dsm",run_at="0 * * * *"} 1
cckm_schedule_enabled{target="cm",schedule_id="a"} 1
cckm_schedule_enabled{target="cm",schedule_id="odd"} 1
cckm_schedule_enabled{target="cm",schedule_id="off"} 0
cckm_schedule_next_run_timestamp_seconds{target="cm",schedule_id="a"} 1614556800
cckm_schedule_last_due_timestamp_seconds{target="cm",schedule_id="a"} 1614470400
cckm_schedule_interval_seconds{target="cm",schedule_id="a"} 86400
cckm_schedule_interval_seconds{target="cm",schedule_id="off"} 3600
cckm_schedule_last_run_timestamp_seconds{target="cm",schedule_id="a"} 1614555000
cckm_schedule_last_run_status{target="cm",schedule_id="a",status="none"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="a",status="scheduled"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="a",status="in_progress"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="a",status="completed"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="a",status="failed"} 1
cckm_schedule_last_run_status{target="cm",schedule_id="a",status="aborted"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="a",status="unknown"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="odd",status="none"} 1
cckm_schedule_last_run_status{target="cm",schedule_id="odd",status="scheduled"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="odd",status="in_progress"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="odd",status="completed"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="odd",status="failed"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="odd",status="aborted"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="odd",status="unknown"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="off",status="none"} 1
cckm_schedule_last_run_status{target="cm",schedule_id="off",status="scheduled"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="off",status="in_progress"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="off",status="completed"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="off",status="failed"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="off",status="aborted"} 0
cckm_schedule_last_run_status{target="cm",schedule_id="off",status="unknown"} 0
cckm_schedule_missed{target="cm",schedule_id="a"} 0
cckm_schedule_missed{target="cm",schedule_id="odd"} 0
cckm_schedule_missed{target="cm",schedule_id="off"} 0
cckm_domain_schedules{target="cm",cloud="dsm",domain_id="d1"} 1
cckm_domain_schedules{target="cm",cloud="dsm",domain_id="d2"} 0
)");
}

TEST_F(SchedulesTest, AMissedRunIsShownAndGoesWithTheNextRun) {
  Exporter();
  Run("hourly");
  Exporter().PollFor(minutes(25));
  EXPECT_EQ(Missed("hourly"), "0");
  Exporter().PollFor(minutes(25));
  EXPECT_EQ(Missed("hourly"), "1");
  Run("hourly");
  Exporter().PollFor(minutes(6));
  EXPECT_EQ(Missed("hourly"), "0");
}

TEST_F(SchedulesTest, NoRunIsMissedWhileTheSchedulerCannotBeRead) {
  Exporter();
  Run("hourly");
  Exporter().PollFor(minutes(10));
  for (const long status : {401L, 403L, 404L, 500L}) {
    scheduler_->fault = [status](const std::string&) -> FakeScheduler::MaybeAnswer {
      return StatusAnswer(status);
    };
    Exporter().PollFor(hours(2));
    EXPECT_EQ(Missed("hourly"), "0");
    EXPECT_EQ(Scrape("cckm_schedules_up"), "cckm_schedules_up{target=\"cm\"} 0\n");
    EXPECT_EQ(Scrape("cckm_up"), "cckm_up{target=\"cm\",cloud=\"dsm\"} 1\n");
    EXPECT_EQ(Scrape("cckm_authenticated"), "cckm_authenticated{target=\"cm\"} 1\n");
  }
}

TEST_F(SchedulesTest, DueTimesGoByTheAppliancesClock) {
  Exporter();
  for (const Nanoseconds skew : {Nanoseconds(hours(1)), Nanoseconds(-hours(2))}) {
    scheduler_->skew = skew;
    appliance_->skew = skew;
    scheduler_->runs.clear();
    Run("hourly");
    Exporter().PollFor(minutes(10));
    EXPECT_EQ(Missed("hourly"), "0");
    const auto due = std::chrono::floor<hours>(Exporter().clock.Now() + skew);
    EXPECT_EQ(Scrape("cckm_schedule_last_due"),
              "cckm_schedule_last_due_timestamp_seconds{target=\"cm\",schedule_id=\"hourly\"} " +
                  std::to_string(due.time_since_epoch().count() * 3600) + "\n");
  }
}

// --- The calendar, by the appliance's clock ---

WallTime At(const std::string& time) { return ParseRfc3339(time + "Z").time; }

class ScheduleCalendarTest : public SchedulesTest,
                             public ::testing::WithParamInterface<std::chrono::hours> {
 protected:
  // Begins when it is that time at the appliance, whose clock goes before ours by the parameter.
  void BeginAt(const std::string& time) {
    setup_.start = At(time) - GetParam();
    setup_.schedule.poll_interval = minutes(5);
    jobs_.clear();
    Exporter();
    scheduler_->skew = appliance_->skew = GetParam();
  }

  // Polls until it is that time there, or as soon after as a poll ends.
  void PollUntil(const std::string& time) {
    Exporter().PollFor(At(time) - GetParam() - Exporter().clock.Now());
  }

  void AddRun(const std::string& schedule, const std::string& created) {
    scheduler_->runs.push_back(
        {"run" + std::to_string(scheduler_->runs.size()), schedule, At(created), "completed"});
  }

  std::string TimeOf(const std::string& metric, const std::string& id) {
    const std::string series =
        "cckm_schedule_" + metric + "_timestamp_seconds{target=\"cm\",schedule_id=\"" + id + "\"} ";
    const std::string line = Scrape(series);
    if (line.empty()) return "never";
    return FormatRfc3339(WallTime(seconds(std::stoll(line.substr(series.size())))));
  }

  // "next, last due, missed".
  std::string Times(const std::string& id) {
    return TimeOf("next_run", id) + ", " + TimeOf("last_due", id) + ", " + Missed(id);
  }
};

TEST_P(ScheduleCalendarTest, TheLastRunOfAYearAndTheFirstOfTheNext) {
  schedules_ = {{.id = "old", .run_at = "30 23 31 12 *", .created = At("2020-01-01T00:00:00")},
                {.id = "new", .run_at = "30 0 1 1 *", .created = At("2027-06-01T00:00:00")}};
  BeginAt("2027-12-31T23:10:00");
  AddRun("old", "2026-12-31T23:30:01");
  PollUntil("2027-12-31T23:20:00");
  EXPECT_EQ(Times("old"), "2027-12-31T23:30:00Z, 2026-12-31T23:30:00Z, 0");
  EXPECT_EQ(Times("new"), "2028-01-01T00:30:00Z, never, 0");
  PollUntil("2027-12-31T23:40:00");
  EXPECT_EQ(Times("old"), "2028-12-31T23:30:00Z, 2027-12-31T23:30:00Z, 0");
  PollUntil("2027-12-31T23:55:00");
  EXPECT_EQ(Missed("old"), "1") << "the grace is over, and the run of a year ago is another";
  AddRun("old", "2027-12-31T23:59:59");
  PollUntil("2028-01-01T00:10:00");
  EXPECT_EQ(Times("old"), "2028-12-31T23:30:00Z, 2027-12-31T23:30:00Z, 0");
  EXPECT_EQ(TimeOf("last_run", "old"), "2027-12-31T23:59:59Z");
  EXPECT_EQ(Times("new"), "2028-01-01T00:30:00Z, never, 0");
  AddRun("new", "2028-01-01T00:30:01");
  PollUntil("2028-01-01T00:50:00");
  EXPECT_EQ(Times("new"), "2029-01-01T00:30:00Z, 2028-01-01T00:30:00Z, 0");
  EXPECT_EQ(TimeOf("last_run", "new"), "2028-01-01T00:30:01Z");
}

TEST_P(ScheduleCalendarTest, OneOfTheLeapDayIsNextDueInYearsToCome) {
  using Years = std::array<std::string, 3>;
  for (const auto& [year, last, next] : {Years{"2028", "2024", "2032"}, {"2096", "2092", "2104"}}) {
    const std::string leap_day = "-02-29T00:00:00";
    exporter_.reset();
    schedules_ = {
        {.id = "leap", .run_at = "0 0 29 2 *", .created = At(last + leap_day) - hours(24 * 300)}};
    BeginAt(year + "-02-28T23:40:00");
    AddRun("leap", last + "-02-29T00:00:02");
    PollUntil(year + "-02-28T23:55:00");
    EXPECT_EQ(Times("leap"), year + leap_day + "Z, " + last + leap_day + "Z, 0");
    PollUntil(year + "-02-29T00:05:00");
    EXPECT_EQ(Times("leap"), next + leap_day + "Z, " + year + leap_day + "Z, 0");
    PollUntil(year + "-02-29T00:25:00");
    EXPECT_EQ(Missed("leap"), "1");
    PollUntil(year + "-03-01T06:00:00");
    EXPECT_EQ(Times("leap"), next + leap_day + "Z, " + year + leap_day + "Z, 1");
    AddRun("leap", year + "-03-01T06:00:01");
    PollUntil(year + "-03-01T06:10:00");
    EXPECT_EQ(Missed("leap"), "0");
  }
}

INSTANTIATE_TEST_SUITE_P(Clocks, ScheduleCalendarTest, ::testing::Values(hours(1), hours(-1)),
                         [](const auto& clock) {
                           return clock.param > hours(0) ? "TheAppliancesIsAhead"
                                                         : "TheAppliancesIsBehind";
                         });

TEST_F(SchedulesTest, TheNextRunMovesOnOverMonthsWithoutAReading) {
  setup_.schedules.interval = hours(24 * 300);
  Exporter().PollFor(minutes(1));
  for (int day = 0; day < 3; ++day) {
    Exporter().PollFor(hours(24));
    const auto next = std::chrono::floor<hours>(Exporter().clock.Now()) + hours(1);
    EXPECT_EQ(Scrape("cckm_schedule_next_run"),
              "cckm_schedule_next_run_timestamp_seconds{target=\"cm\",schedule_id=\"hourly\"} " +
                  std::to_string(next.time_since_epoch().count() * 3600) + "\n");
  }
}

TEST_F(SchedulesTest, DomainsAreCoveredByTheirIdTheirNameOrAll) {
  setup_.domain_names = true;
  domains_ = {R"({"id":"d1","name":"payroll"})", R"({"id":"d2","name":"laboratory"})"};
  schedules_ = {{.id = "a", .units = R"("domains":["d1"])"},
                {.id = "b", .units = R"("domains":["payroll","d1"])"},
                {.id = "c", .units = R"("domains":["d2"])", .disabled = true},
                {.id = "d", .cloud = "aws", .units = R"("domains":["d2"])"}};
  Exporter().PollFor(minutes(2));
  EXPECT_EQ(Scrape("cckm_domain_schedules"),
            "cckm_domain_schedules{target=\"cm\",cloud=\"dsm\",domain_id=\"d1\"} 2\n"
            "cckm_domain_schedules{target=\"cm\",cloud=\"dsm\",domain_id=\"d2\"} 0\n");
  scheduler_->schedules.push_back({.id = "e", .units = R"("synchronize_all":true)"});
  Exporter().PollFor(minutes(6));
  EXPECT_EQ(Scrape("cckm_domain_schedules"),
            "cckm_domain_schedules{target=\"cm\",cloud=\"dsm\",domain_id=\"d1\"} 3\n"
            "cckm_domain_schedules{target=\"cm\",cloud=\"dsm\",domain_id=\"d2\"} 1\n");
}

TEST_F(SchedulesTest, ADomainIsExpectedAsOftenAsItsSchedulesPlan) {
  schedules_ = {{.id = "a", .run_at = "0 0 * * *"},
                {.id = "b", .run_at = "0 */6 * * *"},
                {.id = "c", .run_at = "* * * * *", .disabled = true}};
  Exporter().PollFor(minutes(2));
  EXPECT_EQ(Scrape("cckm_domain_expected"),
            "cckm_domain_expected_interval_seconds{target=\"cm\",cloud=\"dsm\",domain_id=\"d1\","
            "severity=\"\"} 21600\n");
  scheduler_->schedules.clear();
  Exporter().PollFor(minutes(6));
  EXPECT_EQ(Scrape("cckm_domain_expected"), "");
}

TEST_F(SchedulesTest, DomainSchedulesAreAbsentUntilSchedulesWereRead) {
  Exporter();
  scheduler_->fault = [](const std::string&) -> FakeScheduler::MaybeAnswer {
    return StatusAnswer(500);
  };
  Exporter().PollFor(minutes(2));
  EXPECT_EQ(Scrape("cckm_domain_schedules"), "");
}

TEST_F(SchedulesTest, AScheduleThatCannotBeReadIsCountedOnce) {
  schedules_ = {{.id = "odd", .run_at = "whenever"}, {.id = "none", .run_at = ""}};
  Exporter().PollFor(hours(1));
  EXPECT_EQ(
      Scrape("cckm_refresh_anomalies_total{target=\"cm\",cloud=\"dsm\",kind=\"unread"),
      "cckm_refresh_anomalies_total{target=\"cm\",cloud=\"dsm\",kind=\"unreadable_schedule\"} "
      "2\n");
}

TEST_F(SchedulesTest, RequestsAndErrorsHaveAnEmptyCloud) {
  Exporter();
  scheduler_->fault = [](const std::string&) -> FakeScheduler::MaybeAnswer {
    return StatusAnswer(403);
  };
  Exporter().PollFor(minutes(11));
  EXPECT_EQ(
      Scrape("cckm_api_requests_total{target=\"cm\",cloud=\"\""),
      "cckm_api_requests_total{target=\"cm\",cloud=\"\",endpoint=\"schedule_list\",code=\"403\"} "
      "3\n");
  EXPECT_EQ(Scrape("cckm_api_errors_total{target=\"cm\",cloud=\"\",reason=\"forbidden"),
            "cckm_api_errors_total{target=\"cm\",cloud=\"\",reason=\"forbidden\"} 3\n");
}

TEST_F(SchedulesTest, SchedulesGoBeforeDomainsWhereThereAreTooManySeries) {
  for (int i = 0; i < 50; ++i) schedules_.push_back({.id = "s" + std::to_string(i)});
  setup_.max_series = 400;
  Exporter().PollFor(minutes(2));
  EXPECT_NE(Scrape("cckm_dropped_series{target=\"cm\",reason=\"schedule\"}").back(), '0');
  EXPECT_EQ(Scrape("cckm_dropped_series{target=\"cm\",reason=\"domain\"}"),
            "cckm_dropped_series{target=\"cm\",reason=\"domain\"} 0\n");
  EXPECT_NE(Scrape("cckm_domain_refresh_status"), "");
}

}  // namespace
}  // namespace cckm
