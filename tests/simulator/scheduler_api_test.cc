#include "tests/simulator/scheduler_api.h"

#include <gtest/gtest.h>

#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using Json = nlohmann::json;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kConfigs = "/api/v1/scheduler/job-configs";

ScheduleRule RuleOf(const std::string& text) { return ParseScheduleRule(Query(text)).value(); }

ClusterSettings ThreeSchedules() {
  ClusterSettings settings;
  settings.world = Idle(seconds(10));
  settings.schedules = {
      RuleOf("name=nightly&family=dsm&run_at=*+*+*+*+*&units=2&description=one+domain"),
      RuleOf("name=vaults&family=oci&run_at=0+2+*+*+fri&disabled=yes&starts_in=1h&ends_in=2h"),
      RuleOf("name=backup&operation=database_backup&run_at=*/2+*+*+*+*&age=1h")};
  return settings;
}

TEST(SchedulerApiTest, AScheduleHasTheDocumentedFields) {
  TestAppliance appliance(ThreeSchedules());
  const Json list = appliance.Get(kConfigs, "skip=0&limit=-1");
  EXPECT_EQ(list["skip"], 0);
  EXPECT_EQ(list["limit"], -1);
  EXPECT_EQ(list["total"], 3);
  const Json nightly = list["resources"][1];
  const std::string id = nightly["id"];
  EXPECT_EQ(nightly, Json({{"id", id},
                           {"uri", "kylo:kylo:scheduler:job-configs:" + id},
                           {"account", "kylo:kylo:admin:accounts:kylo"},
                           {"application", "ncryptify:gemalto:admin:apps:kylo"},
                           {"devAccount", "ncryptify:gemalto:admin:accounts:gemalto"},
                           {"createdAt", "2021-03-03T06:10:52Z"},
                           {"updatedAt", "2021-03-03T06:10:52Z"},
                           {"name", "nightly"},
                           {"description", "one domain"},
                           {"operation", "cckm_synchronization"},
                           {"run_at", "* * * * *"},
                           {"run_on", "any"},
                           {"disabled", false},
                           {"start_date", "0001-01-01T00:00:00Z"},
                           {"end_date", "0001-01-01T00:00:00Z"},
                           {"job_config_params",
                            {{"cloud_name", "dsm"},
                             {"synchronize_all", false},
                             {"domains", {appliance.world.Units(FamilyNamed("dsm"))[1]->id}}}}}));
  EXPECT_EQ(appliance.Get(std::string(kConfigs) + '/' + id), nightly);
  const Json vaults = list["resources"][2];
  EXPECT_EQ(vaults["disabled"], true);
  EXPECT_EQ(vaults["start_date"], "2021-03-03T07:10:52Z");
  EXPECT_EQ(vaults["end_date"], "2021-03-03T08:10:52Z");
  EXPECT_EQ(vaults["job_config_params"], Json({{"cloud_name", "oci"}, {"synchronize_all", true}}));
  EXPECT_EQ(list["resources"][0]["operation"], "database_backup");
  EXPECT_EQ(list["resources"][0]["job_config_params"], Json::object());
}

TEST(SchedulerApiTest, UnitsAreNamedAsTheScheduleOfTheirFamilyNamesThem) {
  const std::pair<std::string, std::string> fields[] = {
      {"dsm", "domains"},      {"hsm-luna", "partitions"},    {"aws", "kms"},
      {"azure", "key_vaults"}, {"google", "key_rings"},       {"oci", "oci_vaults"},
      {"sap", "groups"},       {"sfdc-keys", "organizations"}};
  ClusterSettings settings;
  for (const auto& [family, field] : fields) {
    settings.schedules.push_back(
        RuleOf("name=" + family + "&family=" + family + "&run_at=0+0+1+1+*&units=1"));
  }
  TestAppliance appliance(settings);
  for (const auto& [family, field] : fields) {
    const Json params =
        appliance.Get(kConfigs, "name=" + family)["resources"][0]["job_config_params"];
    EXPECT_EQ(params[field].size(), 1U) << family;
    EXPECT_EQ(params["cloud_name"], FamilyNamed(family).cloud) << family;
  }
}

TEST(SchedulerApiTest, ARunHasTheKnownFieldsAndFollowsTheClock) {
  TestAppliance appliance(ThreeSchedules());
  EXPECT_EQ(appliance.Get(kJobs)["total"], 0);
  appliance.now += seconds(10);
  const Json run = appliance.Get(kJobs, "sort=-createdAt&name=nightly")["resources"][0];
  const Json nightly = appliance.Get(kConfigs, "name=nightly")["resources"][0];
  EXPECT_EQ(run, Json({{"id", run["id"]},
                       {"name", "nightly"},
                       {"operation", "cckm_synchronization"},
                       {"status", "in_progress"},
                       {"createdAt", "2021-03-03T06:11:00Z"},
                       {"processing_node", run["processing_node"]},
                       {"job_config_id", nightly["id"]}}));
  const std::string path = std::string(kJobs) + '/' + std::string(run["id"]);
  EXPECT_EQ(appliance.Get(path), run);
  EXPECT_EQ(appliance.Get(kDsm)["total"], 1);
  appliance.now += seconds(10);
  EXPECT_EQ(appliance.Get(path)["status"], "completed");
}

TEST(SchedulerApiTest, ListsArePagedSortedAndFiltered) {
  TestAppliance appliance(ThreeSchedules());
  appliance.now += minutes(20);
  struct Case {
    std::string_view path;
    std::string query;
    int total;
    std::size_t entries;
    std::string first;  // name
  };
  const Case cases[] = {
      {kConfigs, "", 3, 3, "backup"},
      {kConfigs, "sort=-createdAt", 3, 3, "vaults"},
      {kConfigs, "skip=1&limit=1", 3, 1, "nightly"},
      {kConfigs, "limit=0", 3, 0, ""},
      {kConfigs, "operation=cckm_synchronization", 2, 2, "nightly"},
      {kConfigs, "disabled=true", 1, 1, "vaults"},
      {kConfigs, "created-after=2021-03-03T06:00:00Z", 2, 2, "nightly"},
      {kConfigs, "created_before=2021-03-03T06:00:00Z", 1, 1, "backup"},
      {kConfigs, "name=none", 0, 0, ""},
      {kJobs, "", 30, 10, "nightly"},
      {kJobs, "limit=-1", 30, 30, "nightly"},
      {kJobs, "limit=100&skip=28&sort=createdAt", 30, 2, "backup"},
      {kJobs, "operation=database_backup", 10, 10, "backup"},
      {kJobs, "job-status=completed&limit=1", 30, 1, "nightly"},
      {kJobs, "job_status=in_progress", 0, 0, ""},
      {kJobs, "job-config-id=none", 0, 0, ""},
      {kJobs, "processing-node=none", 0, 0, ""},
      {kJobs, "created-after=2021-03-03T06:28:00.5Z", 3, 3, "nightly"},
  };
  for (const Case& row : cases) {
    const Json list = appliance.Get(row.path, row.query);
    EXPECT_EQ(list["total"], row.total) << row.query;
    ASSERT_EQ(list["resources"].size(), row.entries) << row.query;
    if (row.entries > 0) {
      EXPECT_EQ(list["resources"][0]["name"], row.first) << row.query;
    }
  }
}

TEST(SchedulerApiTest, WrongRequestsAreAnsweredWithTheirStatus) {
  TestAppliance appliance(ThreeSchedules());
  const std::string configs(kConfigs);
  const std::string jobs(kJobs);
  const std::vector<RequestCase> cases = {
      {"GET", configs + "/none", "", 404},
      {"GET", configs + "/", "", 404},
      {"GET", jobs + "/none", "", 404},
      {"GET", jobs + "/", "", 404},
      {"GET", "/api/v1/scheduler/", "", 404},
      {"GET", "/api/v1/scheduler/operations", "", 404},
      {"POST", configs, "", 405},
      {"GET", configs, "limit=-2", 400},
      {"GET", jobs, "skip=x", 400},
      {"GET", jobs, "job-status=well", 400},
      {"GET", jobs, "created-after=yesterday", 400},
      {"GET", configs, "created-before=yesterday", 400},
  };
  ExpectStatuses(appliance, cases);
}

TEST(SchedulerApiTest, TheAppliancesThatDifferAreAnsweredAsAskedFor) {
  using Access = SchedulerApiSettings::Access;
  for (const auto& [access, status] :
       {std::pair{Access::kAbsent, 404}, std::pair{Access::kForbidden, 403}}) {
    ApiSettings settings;
    settings.scheduler.access = access;
    TestAppliance appliance(ThreeSchedules(), settings);
    for (const std::string_view path : {kConfigs, kJobs}) {
      EXPECT_EQ(appliance.Send("GET", path).status, status);
    }
    EXPECT_EQ(appliance.Send("GET", kDsm).status, 200);
  }
  ApiSettings settings;
  settings.scheduler.config_id_in_runs = false;
  settings.scheduler.filters = false;
  TestAppliance appliance(ThreeSchedules(), settings);
  appliance.now += minutes(2);
  const Json runs = appliance.Get(kJobs, "name=nightly");
  EXPECT_EQ(runs["total"], 3);
  EXPECT_FALSE(runs["resources"][0].contains("job_config_id"));
  EXPECT_EQ(appliance.Get(kConfigs, "name=nightly")["total"], 3);
}

TEST(SchedulerApiTest, AThousandSchedulesAndAHundredThousandRunsAreThere) {
  ClusterSettings settings;
  settings.schedules = MakeScheduleRules(1, 1000, 100'000, settings.world.families);
  std::erase_if(settings.schedules, [](const ScheduleRule& rule) {
    return rule.family != nullptr && rule.family->schedule_units.empty();
  });
  for (ScheduleRule& rule : settings.schedules) rule.runs = 100'000 / settings.schedules.size();
  TestAppliance appliance(settings);
  const Json newest = appliance.Get(kJobs, "limit=100&sort=-createdAt");
  EXPECT_GT(newest["total"], 99'000);
  ASSERT_EQ(newest["resources"].size(), 100U);
  EXPECT_GE(newest["resources"][0]["createdAt"], newest["resources"][99]["createdAt"]);
}

}  // namespace
}  // namespace cckm::simulator
