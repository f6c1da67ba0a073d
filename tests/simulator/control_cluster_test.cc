#include "tests/simulator/control_cluster.h"

#include <gtest/gtest.h>

#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using Json = nlohmann::json;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kLogin = R"({"name":"u","password":"p"})";

ClusterSettings TwoNodes() {
  ClusterSettings settings;
  settings.nodes = 2;
  settings.world = Idle(seconds(10));
  return settings;
}

Json GetFrom(TestAppliance& appliance, std::size_t node, std::string_view path,
             std::string_view query = {}) {
  return BodyOf(appliance.SendTo(node, "GET", path, query));
}

TEST(ScheduleControlTest, AScriptAddsAndChangesSchedules) {
  TestAppliance appliance(TwoNodes());
  const auto ask = [&](const std::string& rest, std::string_view query = {}) {
    return appliance.Send("POST", "/simulator/schedule" + rest, query).status;
  };
  EXPECT_EQ(ask("", "name=often&family=dsm&run_at=*+*+*+*+*&units=1"), 200);
  appliance.now += seconds(8);
  EXPECT_EQ(appliance.Get(kJobs)["total"], 1);
  EXPECT_EQ(ask("/often/miss", "runs=1"), 200);
  appliance.now += minutes(1);
  EXPECT_EQ(appliance.Get(kJobs)["total"], 1);
  EXPECT_EQ(ask("/often/miss", "runs=all"), 200);
  EXPECT_EQ(ask("/often/miss", "runs=off"), 200);
  appliance.now += minutes(1);
  EXPECT_EQ(appliance.Get(kJobs)["total"], 2);
  EXPECT_EQ(ask("/often/disable"), 200);
  appliance.now += minutes(5);
  EXPECT_EQ(appliance.Get(kJobs)["total"], 2);
  EXPECT_EQ(ask("/often/run"), 200);
  EXPECT_EQ(appliance.Get(kJobs)["total"], 3);
  EXPECT_EQ(ask("/often/enable"), 200);
  EXPECT_EQ(ask("/often/remove"), 200);
  EXPECT_EQ(ask("/often/remove"), 404);
}

TEST(ScheduleControlTest, WrongRequestsAreRefused) {
  TestAppliance appliance(TwoNodes());
  appliance.Send("POST", "/simulator/schedule", "name=often&family=dsm&run_at=*+*+*+*+*");
  const std::vector<RequestCase> cases = {
      {"POST", "/simulator/schedule", "name=x", 400},
      {"POST", "/simulator/schedule", "name=x&family=dsm&run_at=*+*+*+*+*&units=9", 404},
      {"POST", "/simulator/schedule", "name=x&family=dsm&run_at=*+*+*+*+*&tenancy=x", 404},
      {"GET", "/simulator/schedule", "", 405},
      {"POST", "/simulator/schedule/often", "", 404},
      {"POST", "/simulator/schedule/often/stop", "", 404},
      {"POST", "/simulator/schedule/none/disable", "", 404},
      {"POST", "/simulator/schedule/often/miss", "", 400},
      {"POST", "/simulator/schedule/often/miss", "runs=some", 400},
      {"POST", "/simulator/node/0", "state=hang", 404},
      {"POST", "/simulator/node/3", "state=hang", 404},
      {"POST", "/simulator/node/1", "state=down", 400},
      {"POST", "/simulator/node/1", "state=404", 400},
      {"POST", "/simulator/node/1", "lag=x", 400},
      {"POST", "/simulator/nodes", "", 405},
  };
  ExpectStatuses(appliance, cases);
}

TEST(NodeControlTest, ALateNodeShowsRefreshesAsTheyWere) {
  TestAppliance appliance(TwoNodes());
  EXPECT_EQ(appliance.Send("POST", "/simulator/node/2", "lag=30s").status, 200);
  appliance.now += minutes(1);
  const std::string id =
      BodyOf(appliance.Send("POST", kDsm, "", R"({"synchronize_all":true})"))["id"];
  const std::string path = std::string(kDsm) + '/' + id;
  EXPECT_EQ(appliance.SendTo(1, "GET", path).status, 404);
  EXPECT_EQ(GetFrom(appliance, 1, kDsm)["total"], 0);
  EXPECT_EQ(GetFrom(appliance, 1, kDsm, "sort=-createdAt")["total"], 0);
  appliance.now += seconds(35);
  const Json early = GetFrom(appliance, 0, path);
  const Json late = GetFrom(appliance, 1, path);
  EXPECT_EQ(early["overall_status"], "completed");
  EXPECT_EQ(late["overall_status"], "in_progress");
  EXPECT_FALSE(late.contains("completed_at"));
  EXPECT_LT(late["updatedAt"], early["updatedAt"]);
  EXPECT_EQ(GetFrom(appliance, 1, kDsm)["resources"][0], late);
  EXPECT_EQ(GetFrom(appliance, 1, kDsm, "overall_status=completed")["total"], 0);
  appliance.now += seconds(5);
  EXPECT_EQ(GetFrom(appliance, 1, path), GetFrom(appliance, 0, path));
}

TEST(NodeControlTest, ARefreshThatWasToldToEndIsStillRunningOnALateNode) {
  TestAppliance appliance(TwoNodes());
  appliance.Send("POST", "/simulator/node/2", "lag=30s");
  appliance.now += minutes(1);
  appliance.Send("POST", "/simulator/refresh/dsm", "id=one");
  appliance.now += minutes(1);
  appliance.Send("POST", "/simulator/refresh/dsm/one/finish", "as=failed");
  const std::string path = std::string(kDsm) + "/one";
  EXPECT_EQ(GetFrom(appliance, 0, path)["overall_status"], "failed");
  EXPECT_EQ(GetFrom(appliance, 1, path)["overall_status"], "in_progress");
}

TEST(NodeControlTest, EveryNodeKnowsWhatWasThereAtTheStart) {
  ClusterSettings settings;
  settings.nodes = 2;
  settings.replication_lag = std::chrono::hours(24);
  TestAppliance appliance(settings);
  EXPECT_EQ(GetFrom(appliance, 1, kDsm)["total"], 6);
  appliance.now += minutes(1);
  EXPECT_EQ(GetFrom(appliance, 0, kDsm, "overall_status=in_progress")["total"], 0);
  EXPECT_EQ(GetFrom(appliance, 1, kDsm, "overall_status=in_progress")["total"], 2);
}

TEST(NodeControlTest, RunsAreAsLateAsRefreshes) {
  TestAppliance appliance(TwoNodes());
  appliance.Send("POST", "/simulator/schedule", "name=often&family=dsm&run_at=*+*+*+*+*");
  appliance.Send("POST", "/simulator/node/2", "lag=30s");
  appliance.now += seconds(20);
  EXPECT_EQ(GetFrom(appliance, 0, kJobs)["total"], 1);
  EXPECT_EQ(GetFrom(appliance, 1, kJobs)["total"], 0);
}

TEST(NodeControlTest, ANodeFailsRefusesAndComesBackWithoutTheOther) {
  TestAppliance appliance(TwoNodes());
  const auto set = [&](std::string_view query) {
    return appliance.Send("POST", "/simulator/node/1", query).status;
  };
  EXPECT_EQ(set("state=503"), 200);
  EXPECT_EQ(appliance.SendTo(0, "GET", kDsm).status, 503);
  EXPECT_EQ(appliance.SendTo(0, "POST", kTokens, "", kLogin).status, 503);
  EXPECT_EQ(appliance.SendTo(1, "GET", kDsm).status, 200);
  for (const std::string_view state : {"state=refuse", "state=hang"}) {
    EXPECT_EQ(set(state), 200);
    EXPECT_EQ(appliance.SendTo(0, "GET", kDsm).delivery, Delivery::kNone) << state;
    EXPECT_EQ(appliance.SendTo(1, "GET", kDsm).status, 200) << state;
  }
  EXPECT_EQ(set("state=up"), 200);
  EXPECT_EQ(appliance.SendTo(0, "GET", kDsm).status, 200);
  EXPECT_EQ(appliance.Send("POST", "/simulator/node/2", "state=refuse").status, 200);
  EXPECT_EQ(set("state=refuse"), 409);
}

TEST(NodeControlTest, ARequestToANodeThatHangsWaitsUntilItDoesNoMore) {
  TestAppliance appliance(TwoNodes());
  appliance.Send("POST", "/simulator/node/2", "state=hang");
  int waits = 0;
  const auto wait = [&](std::chrono::nanoseconds) {
    if (++waits == 3) appliance.Send("POST", "/simulator/node/2", "state=refuse");
  };
  const Request request = {
      .method = "GET", .path = kDsm, .authorization = "Bearer fixed-token", .node = 1};
  const Response response = appliance.api.Serve(request, wait, [] { return kStart; });
  EXPECT_EQ(response.delivery, Delivery::kNone);
  EXPECT_GE(waits, 3);
  EXPECT_LT(waits, 10);
}

TEST(NodeControlTest, EachNodeCountsItsRequestsAndLogins) {
  TestAppliance appliance(TwoNodes());
  const auto serve = [&](std::size_t node, std::string_view method, std::string_view path) {
    const Request request = {.method = method, .path = path, .body = kLogin, .node = node};
    appliance.api.Serve(
        request, [](std::chrono::nanoseconds) {}, [] { return kStart; });
  };
  serve(0, "GET", kDsm);
  serve(1, "POST", kTokens);
  serve(1, "GET", kDsm);
  serve(1, "GET", "/simulator/nodes");
  appliance.nodes.SetAddress(1, "http://there:1");
  const Json nodes = appliance.Get("/simulator/nodes");
  ASSERT_EQ(nodes.size(), 2U);
  EXPECT_EQ(nodes[0]["requests"], 1);
  EXPECT_EQ(nodes[0]["logins"], 0);
  EXPECT_EQ(nodes[1], Json({{"node", 2},
                            {"address", "http://there:1"},
                            {"state", "up"},
                            {"status", 0},
                            {"lag_seconds", 0.0},
                            {"requests", 2},
                            {"logins", 1}}));
  appliance.Send("POST", "/simulator/journal/clear");
  EXPECT_EQ(appliance.Get("/simulator/nodes")[1]["requests"], 0);
}

TEST(NodeControlTest, ATokenOfAnotherNodeIsTakenUnlessToldOtherwise) {
  for (const bool node_tokens : {false, true}) {
    ClusterSettings settings = TwoNodes();
    settings.node_tokens = node_tokens;
    TestAppliance appliance(settings);
    const Json grant = BodyOf(appliance.SendTo(0, "POST", kTokens, "", kLogin));
    const std::string bearer = "Bearer " + std::string(grant["jwt"]);
    const std::string renewal = R"({"grant_type":"refresh_token","refresh_token":")" +
                                std::string(grant["refresh_token"]) + R"("})";
    for (const std::size_t node : {0U, 1U}) {
      const Request request = {
          .method = "GET", .path = kDsm, .authorization = bearer, .node = node};
      const int expected = node_tokens && node == 1 ? 401 : 200;
      EXPECT_EQ(appliance.api.Handle(request, kStart).status, expected);
      EXPECT_EQ(appliance.SendTo(node, "POST", kTokens, "", renewal).status, expected);
    }
  }
}

}  // namespace
}  // namespace cckm::simulator
