// What the page and its JSON say of schedules.

#include "exporter/web/status/status_schedules.h"

#include <gmock/gmock.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "exporter/web/status/status_json.h"
#include "exporter/web/status/status_page.h"
#include "exporter/web/status/status_snapshot.h"
#include "tests/unit/exporter/state/state_store_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class StatusSchedulesTest : public StateStoreFixture {
 protected:
  void ReadSchedules() {
    TargetSetup setup = Target("a", {Watching("dsm", {"r1"})});
    setup.options.schedules.enabled = true;
    state.SetTarget(std::move(setup));
  }
  void Take(std::optional<ScheduleReading> reading, std::vector<Error> errors = {}) {
    ScheduleUpdate update;
    update.target = "a";
    update.reading = std::move(reading);
    update.errors = std::move(errors);
    static_cast<void>(state.Apply(update));
  }
  KnownSchedule Schedule(const std::string& id, bool is_missed) const {
    KnownSchedule known{.schedule = {.id = id,
                                     .name = "<" + id + ">",
                                     .family = FindFamily("dsm"),
                                     .run_at = "0 * * * *",
                                     .created_at = clock.Now() - 48h,
                                     .units = {"d1"}},
                        .runs_known_since = KnownSchedule::kAllRuns};
    if (!is_missed) {
      known.newest_run = ScheduleRun{
          .id = "run", .status = RunStatus::kCompleted, .created_at = clock.Now() - 1min};
    }
    return known;
  }
  StatusModel Model() {
    const ExporterStatus status;
    return TakeStatusSnapshot({.state = state, .status = status, .version = "1"}, {}, clock.Now());
  }
};

TEST_F(StatusSchedulesTest, NothingIsSaidWhereNoSchedulerIsRead) {
  const StatusModel model = Model();
  EXPECT_THAT(StatusPage(model, "/metrics"), Not(HasSubstr("id=\"schedules\"")));
  EXPECT_THAT(StatusPage(model, "/metrics"), Not(HasSubstr("Scheduler")));
  EXPECT_THAT(StatusJson(model), Not(HasSubstr("schedule")));
}

TEST_F(StatusSchedulesTest, PlannedDueAndMissedAreShownTheMissedFirst) {
  ReadSchedules();
  Take(ScheduleReading{.read_at = clock.Now(),
                       .is_complete = true,
                       .schedules = {Schedule("fine", false), Schedule("late", true)}});
  const StatusModel model = Model();
  const auto json = nlohmann::json::parse(StatusJson(model));
  const auto& items = json["schedules"]["items"];
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0]["schedule_id"], "late");
  EXPECT_EQ(items[0]["missed"], true);
  EXPECT_EQ(items[0]["last_run_status"], "none");
  EXPECT_EQ(items[1]["last_run_status"], "completed");
  EXPECT_EQ(items[1]["interval_seconds"], 3600);
  EXPECT_EQ(json["targets"]["items"][0]["scheduler"]["missed"], 1);
  const std::string page = StatusPage(model, "/metrics");
  EXPECT_THAT(page, HasSubstr("2 schedules, 1 missed"));
  EXPECT_THAT(page, HasSubstr("&lt;late&gt;"));
  EXPECT_THAT(page, HasSubstr("<span class=\"mark missed\">"));
}

TEST_F(StatusSchedulesTest, DomainsThatNoScheduleCoversAreNamed) {
  ReadSchedules();
  Apply({Running("r1", {"d1", "d2"})});
  Take(ScheduleReading{
      .read_at = clock.Now(), .is_complete = true, .schedules = {Schedule("s", false)}});
  const StatusModel model = Model();
  ASSERT_EQ(model.unscheduled.rows.size(), 1U);
  EXPECT_EQ(model.unscheduled.rows[0].id, "d2");
  EXPECT_THAT(StatusPage(model, "/metrics"), HasSubstr("1 domain."));
}

TEST_F(StatusSchedulesTest, WhyTheSchedulerCannotBeReadIsSaid) {
  ReadSchedules();
  EXPECT_THAT(StatusPage(Model(), "/metrics"), HasSubstr("not read yet"));
  Take(std::nullopt, {{ErrorKind::kForbidden, "the account may <not>"}});
  const std::string page = StatusPage(Model(), "/metrics");
  EXPECT_THAT(page, HasSubstr("cannot be read"));
  EXPECT_THAT(page, HasSubstr("the account may &lt;not&gt;"));
  const auto json = nlohmann::json::parse(StatusJson(Model()));
  EXPECT_EQ(json["targets"]["items"][0]["scheduler"]["last_error"]["reason"], "forbidden");
  EXPECT_EQ(json["targets"]["items"][0]["scheduler"]["last_error"]["advice"],
            "give the account the right to view the scheduler");
}

}  // namespace
}  // namespace cckm
