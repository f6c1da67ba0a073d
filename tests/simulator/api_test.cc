#include "tests/simulator/api.h"

#include <map>

#include <gtest/gtest.h>

#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

TEST(ApiTest, RequestsAreAnsweredWithTheDocumentedStatus) {
  TestAppliance appliance;
  const std::string known = PathOf(kDsm, appliance.world.List(FamilyNamed("dsm"), 0, 1)[0]->id);
  struct Case {
    std::string_view method;
    std::string path;
    std::string_view query;
    std::string_view body;
    int status;
    int code;  // of the error body, 0 for none
  };
  const std::string base(kDsm);
  const Case cases[] = {
      {"GET", base, "", "", 200, 0},
      {"GET", known, "", "", 200, 0},
      {"GET", "/api/v1/cckm/dsm/domains", "", "", 200, 0},
      {"GET", "/api/v1/cckm/external-cm/domains", "", "", 200, 0},
      {"GET", "/api/v1/cckm/hsm/luna/partitions", "", "", 200, 0},
      {"GET", base + "/nope", "", "", 404, 16},
      {"GET", base + "/", "", "", 404, 16},
      {"GET", base + "es", "", "", 404, 16},
      {"GET", known + "/cancel/x", "", "", 404, 16},
      {"GET", "/api/v1/cckm/aws/synchronize", "", "", 404, 16},
      {"GET", "/api/v1/cckm/aws/regions", "", "", 404, 16},
      {"GET", "/", "", "", 404, 16},
      {"POST", base + "/nope/cancel", "", "", 404, 16},
      {"PUT", base, "", "", 405, 14},
      {"HEAD", base, "", "", 405, 14},
      {"DELETE", known, "", "", 405, 14},
      {"GET", known + "/cancel", "", "", 405, 14},
      {"POST", "/api/v1/cckm/dsm/domains", "", "", 405, 14},
      {"GET", std::string(kTokens), "", "", 405, 14},
      {"GET", base, "limit=ten", "", 400, 9},
      {"GET", base, "limit=-2", "", 400, 9},
      {"GET", base, "skip=-1", "", 400, 9},
      {"GET", base, "skip=1x", "", 400, 9},
      {"GET", base, "skip=", "", 400, 9},
      {"POST", base, "", "", 400, 15},
      {"POST", base, "", "[]", 400, 15},
      {"POST", base, "", "{", 400, 15},
      {"POST", base, "", "{}", 400, 9},
      {"POST", base, "", R"({"domains":[]})", 400, 9},
      {"POST", base, "", R"({"domains":"x"})", 400, 9},
      {"POST", base, "", R"({"domains":[1]})", 400, 9},
      {"POST", base, "", R"({"domains":["x"],"synchronize_all":true})", 400, 9},
      {"POST", base, "", R"({"synchronize_all":false})", 400, 9},
      {"POST", base, "", R"({"domains":["x"]})", 404, 16},
      {"POST", base, "", R"({"synchronize_all":true})", 409, 10},
      {"POST", known + "/cancel", "", "", 409, 10},
  };
  for (const Case& row : cases) {
    const Response response = appliance.Send(row.method, row.path, row.query, row.body);
    const std::string name = std::string(row.method) + ' ' + row.path + ' ' +
                             std::string(row.query) + std::string(row.body);
    EXPECT_EQ(response.status, row.status) << name;
    EXPECT_EQ(BodyOf(response).value("code", 0), row.code) << name;
    EXPECT_EQ(response.allow.empty(), row.status != 405) << name;
  }
}

TEST(ApiTest, EveryFamilyStartsListsShowsAndCancelsARefresh) {
  const std::map<std::string, std::string> units = {
      {"/api/v1/cckm/dsm/refresh", "domains"},
      {"/api/v1/cckm/external-cm/refresh", "domains"},
      {"/api/v1/cckm/hsm/luna/refresh", "partitions"},
      {"/api/v1/cckm/hsm/luna/synchronize", "partitions"},
      {"/api/v1/cckm/aws/synchronization-jobs", "kms"},
      {"/api/v1/cckm/aws/custom-key-stores/synchronization-jobs", "kms"},
      {"/api/v1/cckm/azure/synchronization-jobs", "key_vaults"},
      {"/api/v1/cckm/azure/certificates/synchronization-jobs", "key_vaults"},
      {"/api/v1/cckm/azure/secrets/synchronization-jobs", "key_vaults"},
      {"/api/v1/cckm/google/synchronization-jobs", "key_rings"},
      {"/api/v1/cckm/oci/synchronization-jobs", "vaults"},
      {"/api/v1/cckm/sap/synchronization-jobs", "groups"},
      {"/api/v1/cckm/sfdc/keys/synchronization-jobs", "organizations"},
      {"/api/v1/cckm/sfdc/certificates/synchronization-jobs", "organizations"},
  };
  ASSERT_EQ(units.size(), AllFamilies().size());
  ApiSettings settings;
  settings.external_cm_wrapper = false;
  TestAppliance appliance(Idle(seconds(8)), settings);
  for (const auto& [base, field] : units) {
    const Response started = appliance.Send("POST", base, "", R"({"synchronize_all":true})");
    ASSERT_EQ(started.status, 201) << base;
    const std::string id = BodyOf(started)["id"];
    const Json shown = appliance.Get(PathOf(base, id));
    EXPECT_TRUE(shown.at(field).is_array()) << base;
    EXPECT_EQ(appliance.Get(base)["resources"].size(), 1U) << base;
    const Response cancelled = appliance.Send("POST", PathOf(base, id, "/cancel"));
    EXPECT_EQ(cancelled.status, 200) << base;
    EXPECT_EQ(BodyOf(cancelled)["abort"], true) << base;
  }
  appliance.now += seconds(8);
  for (const auto& [base, field] : units) {
    const Json ended = appliance.Get(base)["resources"][0];
    EXPECT_EQ(ended["overall_status"], "completed") << base;
    EXPECT_EQ(ended["abort"], true) << base;
  }
}

TEST(ApiTest, ARefreshGoesItsDocumentedWay) {
  TestAppliance appliance(Idle(seconds(8)));
  const Json domains = appliance.Get("/api/v1/cckm/dsm/domains");
  const std::string domain = domains["resources"][0]["id"];
  const Json started =
      BodyOf(appliance.Send("POST", kDsm, "", R"({"domains":[")" + domain + R"("]})"));
  const std::string path = PathOf(kDsm, std::string(started["id"]));
  EXPECT_EQ(started["createdAt"], "2021-03-03T06:10:52Z");
  EXPECT_EQ(started["overall_status"], "in_progress");
  EXPECT_EQ(started["detailed_status"], Json({{domain, "in_progress"}}));
  EXPECT_FALSE(started.contains("completed_at"));
  EXPECT_EQ(started["uri"], "kylo:kylo:cckm:synchronize:" + std::string(started["id"]));
  appliance.now += seconds(7);
  EXPECT_FALSE(appliance.Get(path).contains("completed_at"));
  EXPECT_EQ(appliance.Get(path)["updatedAt"], "2021-03-03T06:10:52.003853Z");
  appliance.now += seconds(1);
  const Json ended = appliance.Get(path);
  EXPECT_EQ(ended["overall_status"], "completed");
  EXPECT_EQ(ended["completed_at"], "2021-03-03T06:11:00Z");
  EXPECT_EQ(ended["updatedAt"], "2021-03-03T06:11:00.000146Z");
  EXPECT_EQ(ended["detailed_status"], Json({{domain, "domain synchronized successfully"}}));
  EXPECT_EQ(ended["domains"], Json({domain}));
  EXPECT_EQ(ended["abort"], false);
}

TEST(ApiTest, TheKeysOfDetailedStatusAreThoseOfTheFamily) {
  struct Case {
    std::string_view base;
    std::string_view key_start;
    std::string_view text;
  };
  const Case cases[] = {
      {"/api/v1/cckm/aws/synchronization-jobs", "123456789012/",
       "region synchronized successfully"},
      {"/api/v1/cckm/google/synchronization-jobs", "projects/",
       "key ring synchronized successfully"},
  };
  TestAppliance appliance;
  for (const Case& row : cases) {
    const Json job = appliance.Get(row.base)["resources"][0];
    const auto detail = job["detailed_status"].items().begin();
    EXPECT_TRUE(detail.key().starts_with(row.key_start)) << detail.key();
    EXPECT_EQ(detail.value(), row.text);
  }
}

TEST(ApiTest, AnUnfinishedExternalCmRefreshLooksAsItsPagesPrintIt) {
  constexpr std::string_view kExternal = "/api/v1/cckm/external-cm/refresh";
  TestAppliance appliance(Idle(seconds(8)));
  const Json started = BodyOf(appliance.Send("POST", kExternal, "", R"({"synchronize_all":true})"));
  const std::string path = PathOf(kExternal, std::string(started["id"]));
  const Json wrapper = appliance.Get(path);
  EXPECT_EQ(wrapper.size(), 1U);
  const Json job = wrapper.at("application/json");
  EXPECT_EQ(job["overall_status"], "in progress");
  EXPECT_FALSE(job.contains("detailed_status"));
  appliance.now += seconds(2);
  const Json later = appliance.Get(path).at("application/json");
  EXPECT_EQ(later["detailed_status"].size(), 4U);
  EXPECT_EQ(appliance.Get(kExternal)["resources"][0]["id"], started["id"]);
  EXPECT_EQ(appliance.Get(kExternal, "overall_status=in_progress")["total"], 1);
  EXPECT_EQ(appliance.Get(kExternal, "overall_status=in%20progress")["total"], 1);
}

TEST(ApiTest, ListsArePagedFilteredAndSorted) {
  WorldSettings settings = AllFamiliesSettings();
  settings.refreshes = 25;
  settings.finished = 20;
  TestAppliance appliance(settings);
  const auto all = appliance.Get(kDsm, "limit=-1")["resources"];
  ASSERT_EQ(all.size(), 25U);
  const std::string last = all[24]["id"];
  struct Case {
    std::string query;
    std::size_t total;
    std::size_t entries;
    std::string first;
  };
  const Case cases[] = {
      {"", 25, 10, all[0]["id"]},
      {"skip=20", 25, 5, all[20]["id"]},
      {"skip=3&limit=2", 25, 2, all[3]["id"]},
      {"limit=0", 25, 0, ""},
      {"skip=25", 25, 0, ""},
      {"skip=9223372036854775807", 25, 0, ""},
      {"limit=-1&skip=24", 25, 1, last},
      {"overall_status=completed&limit=100", 20, 20, all[0]["id"]},
      {"overall_status=in_progress", 5, 5, all[20]["id"]},
      {"overall_status=in_progress&skip=4", 5, 1, last},
      {"overall_status=failed", 0, 0, ""},
      {"id=" + last, 1, 1, last},
      {"id=" + last + "&overall_status=completed", 0, 0, ""},
      {"id=nope", 0, 0, ""},
      {"sort=-createdAt&limit=3", 25, 3, last},
      {"sort=createdAt", 25, 10, all[0]["id"]},
      {"something=else", 25, 10, all[0]["id"]},
  };
  for (const Case& row : cases) {
    const Json list = appliance.Get(kDsm, row.query);
    EXPECT_EQ(list["total"], row.total) << row.query;
    ASSERT_EQ(list["resources"].size(), row.entries) << row.query;
    if (row.entries > 0) {
      EXPECT_EQ(list["resources"][0]["id"], row.first) << row.query;
    }
  }
  EXPECT_EQ(appliance.Get(kDsm)["limit"], 10);
  EXPECT_EQ(appliance.Get(kDsm, "skip=3&limit=2")["skip"], 3);
}

TEST(ApiTest, ContainerFiltersAndSortingAreThoseThatAreDocumented) {
  constexpr std::string_view kAws = "/api/v1/cckm/aws/synchronization-jobs";
  TestAppliance appliance;
  const std::string kms = appliance.Get(kAws)["resources"][0]["kms"][0];
  EXPECT_EQ(appliance.Get(kAws, "kms=" + kms)["total"], 6);
  EXPECT_EQ(appliance.Get(kAws, "kms=other")["total"], 0);
  EXPECT_EQ(appliance.Get(kDsm, "domains=other")["total"], 6);
  EXPECT_EQ(appliance.Get(kAws, "sort=-createdAt"), appliance.Get(kAws));
  EXPECT_NE(appliance.Get(kDsm, "sort=-createdAt"), appliance.Get(kDsm));
}

TEST(ApiTest, RegionsOfOneKmsNameItOnce) {
  TestAppliance appliance(Idle(seconds(8)));
  const Json job = BodyOf(appliance.Send("POST", "/api/v1/cckm/aws/synchronization-jobs", "",
                                         R"({"synchronize_all":true})"));
  EXPECT_EQ(job["kms"].size(), 1U);
  EXPECT_EQ(job["regions"].size(), 4U);
  EXPECT_EQ(job["detailed_status"].size(), 4U);
}

TEST(ApiTest, ARequestSeesTheRestartsThatAreDue) {
  WorldSettings settings = AllFamiliesSettings();
  settings.auto_restart = true;
  TestAppliance appliance(settings);
  const int before = appliance.Get(kDsm)["total"];
  appliance.now += settings.max_duration + settings.restart_after;
  EXPECT_GT(appliance.Get(kDsm)["total"], before);
}

TEST(ApiTest, EverythingButTheLoginNeedsABearerToken) {
  TestAppliance appliance;
  const Response refused = appliance.api.Handle({"GET", kDsm, "", "Bearer guess", ""}, kStart);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(BodyOf(refused)["code"], 5);
  for (const std::string_view path : {"/api/v1/auth/tokens", "/api/v1/auth/tokens/"}) {
    const Response granted =
        appliance.api.Handle({"POST", path, "", "", R"({"username":"u","password":"p"})"}, kStart);
    ASSERT_EQ(granted.status, 200);
    const std::string bearer = "Bearer " + std::string(BodyOf(granted)["jwt"]);
    EXPECT_EQ(appliance.api.Handle({"GET", kDsm, "", bearer, ""}, kStart).status, 200);
    EXPECT_EQ(appliance.api.Handle({"GET", kDsm, "", bearer, ""}, kStart + seconds(300)).status,
              401);
  }
  ApiSettings open;
  open.authentication = false;
  TestAppliance without(AllFamiliesSettings(), open);
  EXPECT_EQ(without.api.Handle({"GET", kDsm, "", "", ""}, kStart).status, 200);
}

TEST(ApiTest, LoginsAreAnsweredByTheirBody) {
  TestAppliance appliance;
  const Json grant = BodyOf(appliance.Send("POST", kTokens, "", R"({"name":"u","password":"p"})"));
  const std::string refresh_token = grant["refresh_token"];
  struct Case {
    std::string body;
    int status;
  };
  const Case cases[] = {
      {R"({"grant_type":"password","username":"u","password":"p","domain":"root"})", 200},
      {R"({"username":"u"})", 401},
      {R"({"username":1,"password":"p"})", 401},
      {R"({"grant_type":"refresh_token","refresh_token":")" + refresh_token + R"("})", 200},
      {R"({"grant_type":"refresh_token","refresh_token":"guess"})", 401},
      {R"({"grant_type":"client_credential","client_id":"x"})", 400},
      {"", 400},
      {"\"text\"", 400},
  };
  for (const Case& row : cases) {
    EXPECT_EQ(appliance.Send("POST", kTokens, "", row.body).status, row.status) << row.body;
  }
}

TEST(ApiTest, AnAnswerWaitsForTheLatencyAndThenForItsFault) {
  using Times = std::vector<std::chrono::nanoseconds>;
  TestAppliance appliance;
  appliance.latency = std::chrono::milliseconds(20);
  appliance.Send("POST", "/simulator/fault", "kind=hang&for=2s");
  Times waits;
  const auto serve = [&](std::string_view path) {
    waits.clear();
    const Request request = {"GET", path, "", "Bearer fixed-token", ""};
    return appliance.api.Serve(
        request, [&](std::chrono::nanoseconds time) { waits.push_back(time); },
        [] { return kStart; });
  };
  EXPECT_EQ(serve(kDsm).status, 200);
  EXPECT_EQ(waits, (Times{std::chrono::milliseconds(20), seconds(2)}));
  EXPECT_EQ(serve("/simulator/journal").status, 200);
  EXPECT_EQ(waits, Times{});
}

TEST(ApiTest, AShareOfTheAnswersIsAnError) {
  TestAppliance appliance(AllFamiliesSettings(), {}, 20);
  int errors = 0;
  for (int request = 0; request < 1000; ++request) {
    errors += appliance.Send("GET", kDsm, "limit=0").status == 500 ? 1 : 0;
  }
  EXPECT_GT(errors, 150);
  EXPECT_LT(errors, 250);
}

TEST(ApiTest, AFamilyThatIsNotOfferedIsNotFound) {
  WorldSettings settings;
  settings.families = {&FamilyNamed("oci")};
  TestAppliance appliance(settings);
  EXPECT_EQ(appliance.Send("GET", kDsm).status, 404);
  EXPECT_EQ(appliance.Send("GET", "/api/v1/cckm/dsm/domains").status, 404);
  EXPECT_EQ(appliance.Send("POST", "/simulator/refresh/dsm").status, 404);
  EXPECT_EQ(appliance.Send("GET", "/api/v1/cckm/oci/synchronization-jobs").status, 200);
}

}  // namespace
}  // namespace cckm::simulator
