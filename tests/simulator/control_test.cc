#include "tests/simulator/control.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

TEST(ControlTest, FaultsFailTheApiAndNotTheControl) {
  TestAppliance appliance;
  EXPECT_EQ(appliance.Send("POST", "/simulator/fault", "status=503").status, 200);
  EXPECT_EQ(appliance.Send("GET", kDsm).status, 503);
  EXPECT_EQ(appliance.Send("POST", kTokens, "", R"({"name":"u","password":"p"})").status, 503);
  EXPECT_EQ(appliance.Send("POST", "/simulator/fault", "status=off").status, 200);
  EXPECT_EQ(appliance.Send("GET", kDsm).status, 200);
  for (const std::string_view wrong : {"status=200", "status=600", "status=", "", "status=5x3"}) {
    EXPECT_EQ(appliance.Send("POST", "/simulator/fault", wrong).status, 400) << wrong;
  }
}

TEST(ControlTest, AFaultIsAddedWithAllThatItIsTold) {
  TestAppliance appliance;
  appliance.Send("POST", "/simulator/fault", "status=502&path=/api/v1/auth&count=1");
  EXPECT_EQ(appliance.Send("POST", "/simulator/fault", "kind=close").status, 200);
  EXPECT_EQ(appliance.Send("POST", kTokens).status, 502);
  EXPECT_EQ(appliance.Send("GET", kDsm).delivery, Delivery::kNone);
  const Response wrong = appliance.Send("POST", "/simulator/fault", "status=500&pth=/");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(BodyOf(wrong)["message"], "unknown parameter pth");
}

TEST(ControlTest, TheLatencyChangesWhileItRuns) {
  TestAppliance appliance;
  EXPECT_EQ(appliance.Send("POST", "/simulator/latency", "value=200ms").status, 200);
  for (const std::string_view wrong : {"value=61s", "value=1", "value=", ""}) {
    EXPECT_EQ(appliance.Send("POST", "/simulator/latency", wrong).status, 400) << wrong;
  }
  EXPECT_EQ(appliance.latency.load(), std::chrono::milliseconds(200));
  appliance.Send("POST", "/simulator/latency", "value=0s");
  EXPECT_EQ(appliance.latency.load(), seconds(0));
}

TEST(ControlTest, AutoRestartIsSwitchedOnAndOff) {
  WorldSettings settings = Idle(seconds(8));
  settings.families = {&FamilyNamed("dsm")};
  settings.refreshes = settings.finished = settings.domains = 1;
  settings.restart_after = seconds(1);
  TestAppliance appliance(settings);
  const auto refreshes_at = [&](seconds later) {
    appliance.world.Advance(kStart + later);
    return appliance.world.Count(FamilyNamed("dsm"));
  };
  EXPECT_EQ(refreshes_at(seconds(1)), 1);
  EXPECT_EQ(appliance.Send("POST", "/simulator/auto-restart", "value=on").status, 200);
  EXPECT_EQ(refreshes_at(seconds(1)), 2);
  EXPECT_EQ(refreshes_at(seconds(8)), 2);
  EXPECT_EQ(refreshes_at(seconds(9)), 3);
  EXPECT_EQ(appliance.Send("POST", "/simulator/auto-restart", "value=off").status, 200);
  EXPECT_EQ(refreshes_at(seconds(60)), 3);
  for (const std::string_view wrong : {"value=", "value=1", ""}) {
    EXPECT_EQ(appliance.Send("POST", "/simulator/auto-restart", wrong).status, 400) << wrong;
  }
}

TEST(ControlTest, LoginsChangeWhileItRuns) {
  TestAppliance appliance(
      AccountSettings{.username = {}, .password = {}, .client_id = {}, .lock_after = 1});
  const auto log_in = [&](std::string_view username, std::string_view password) {
    const Json body = {{"username", username}, {"password", password}};
    return appliance.Send("POST", kTokens, "", body.dump()).status;
  };
  EXPECT_EQ(appliance.Send("POST", "/simulator/logins/password", "value=n%65w").status, 200);
  EXPECT_EQ(log_in("u", "new"), 200);
  EXPECT_EQ(log_in("u", "old"), 401);
  EXPECT_EQ(log_in("u", "new"), 401);
  EXPECT_EQ(appliance.Send("POST", "/simulator/logins/unlock").status, 200);
  EXPECT_EQ(log_in("u", "new"), 200);
  EXPECT_EQ(appliance.Send("POST", "/simulator/logins/username", "value=v").status, 200);
  EXPECT_EQ(log_in("v", "new"), 200);
  EXPECT_EQ(appliance.Send("POST", "/simulator/logins/password").status, 200);
  EXPECT_EQ(log_in("v", "any"), 200);
  EXPECT_EQ(log_in("u", "any"), 401);
}

TEST(ControlTest, TheJournalIsReadAndCleared) {
  TestAppliance appliance;
  appliance.Send("GET", kDsm);
  EXPECT_EQ(appliance.Get("/simulator/journal")["requests"], 1);
  EXPECT_EQ(appliance.Send("POST", "/simulator/journal/clear").status, 200);
  EXPECT_EQ(appliance.Get("/simulator/journal")["requests"], 0);
}

TEST(ControlTest, AScriptStartsAndEndsRefreshesWithoutAToken) {
  TestAppliance appliance(Idle(seconds(8)));
  struct Case {
    std::string_view as;
    std::string_view overall_status;
    bool abort;
    std::set<std::string> endings_of_texts;
  };
  const std::string good = "domain synchronized successfully";
  const Case cases[] = {
      {"completed", "completed", false, {good}},
      {"failed", "failed", false, {"connection to the key source timed out"}},
      {"partial", "completed", false, {good, "connection to the key source timed out"}},
      {"partially_completed",
       "partially_completed",
       false,
       {good, "connection to the key source timed out"}},
      {"cancelled", "completed", true, {"synchronization was canceled"}},
  };
  for (const Case& row : cases) {
    const std::string id = "run-" + std::string(row.as);
    const Response started = appliance.api.Handle(
        {"POST", "/simulator/refresh/dsm", "domains=a%2Cb&id=" + id, "", ""}, kStart);
    ASSERT_EQ(started.status, 200) << started.body;
    EXPECT_EQ(appliance.Get(PathOf(kDsm, id))["overall_status"], "in_progress");
    const std::string finish = "/simulator/refresh/dsm/" + id + "/finish";
    const std::string query = "as=" + std::string(row.as);
    EXPECT_EQ(appliance.api.Handle({"POST", finish, query, "", ""}, kStart).status, 200);
    const Json ended = appliance.Get(PathOf(kDsm, id));
    EXPECT_EQ(ended["overall_status"], row.overall_status);
    EXPECT_EQ(ended["abort"], row.abort);
    std::set<std::string> texts;
    for (const auto& text : ended["detailed_status"]) texts.insert(std::string(text));
    EXPECT_EQ(texts, row.endings_of_texts);
  }
}

TEST(ControlTest, WrongControlRequestsAreRefused) {
  TestAppliance appliance;
  ASSERT_EQ(appliance.Send("POST", "/simulator/refresh/dsm", "domains=a&id=one").status, 200);
  const std::vector<RequestCase> cases = {
      {"GET", "/simulator/fault", "status=500", 405},
      {"POST", "/simulator/journal", "", 405},
      {"GET", "/simulator/journal/clear", "", 405},
      {"GET", "/simulator/none", "", 405},
      {"POST", "/simulator/journal/x", "", 404},
      {"POST", "/simulator/", "", 404},
      {"POST", "/simulator/refresh/none", "", 404},
      {"POST", "/simulator/refresh/dsm/one", "", 404},
      {"POST", "/simulator/refresh/dsm/nope/finish", "as=failed", 404},
      {"POST", "/simulator/refresh/dsm/one/finish", "", 400},
      {"POST", "/simulator/refresh/dsm/one/finish", "as=well", 400},
      {"POST", "/simulator/refresh/dsm/one/finish", "as=partial", 409},
      {"POST", "/simulator/refresh/dsm", "domains=b&id=one", 409},
      {"POST", "/simulator/refresh/dsm", "domains=a", 409},
      {"POST", "/simulator/refresh/dsm", "domains=b%20c", 400},
      {"POST", "/simulator/refresh/dsm", "domains=b&id=%00", 400},
  };
  ExpectStatuses(appliance, cases);
}

TEST(ControlTest, TokensCanBeExpiredByAScript) {
  TestAppliance appliance;
  const Json grant = BodyOf(appliance.Send("POST", kTokens, "", R"({"name":"u","password":"p"})"));
  const std::string bearer = "Bearer " + std::string(grant["jwt"]);
  EXPECT_EQ(appliance.Send("POST", "/simulator/tokens/expire").status, 200);
  EXPECT_EQ(appliance.api.Handle({"GET", kDsm, "", bearer, ""}, kStart).status, 401);
}

TEST(ControlTest, WithoutControlThereIsNoSuchDoor) {
  TestAppliance appliance(AllFamiliesSettings(), {});
  EXPECT_EQ(appliance.Send("POST", "/simulator/fault", "status=500").status, 404);
  EXPECT_EQ(appliance.Send("GET", "/simulator/journal").status, 404);
  EXPECT_EQ(appliance.Send("GET", kDsm).status, 200);
}

}  // namespace
}  // namespace cckm::simulator
