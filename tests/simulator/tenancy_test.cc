#include "tests/simulator/tenancy.h"

#include <gtest/gtest.h>

#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using Json = nlohmann::json;

ClusterSettings RootAndFinance() {
  ClusterSettings settings;
  settings.tenancies = {"root", "finance"};
  return settings;
}

// The answer to a login of that domain; empty: of none.
Response LogInTo(TestAppliance& appliance, const std::string& domain) {
  const std::string more = domain.empty() ? "" : R"(,"domain":")" + domain + '"';
  return appliance.Send("POST", kTokens, "", R"({"name":"u","password":"p")" + more + '}');
}

Json GetAs(TestAppliance& appliance, const std::string& token, std::string_view path) {
  const std::string bearer = "Bearer " + token;
  return Json::parse(appliance.api.Handle({"GET", path, "", bearer, ""}, appliance.now).body);
}

Json GetIn(TestAppliance& appliance, const std::string& domain, std::string_view path) {
  return GetAs(appliance, Json::parse(LogInTo(appliance, domain).body)["jwt"], path);
}

TEST(TenancyTest, ATokenSeesTheRefreshesAndUnitsOfItsDomain) {
  TestAppliance appliance(RootAndFinance());
  for (const std::string_view path : {kDsm, std::string_view("/api/v1/cckm/dsm/domains")}) {
    const Json root = GetIn(appliance, "root", path);
    EXPECT_EQ(root, GetIn(appliance, "", path));
    EXPECT_EQ(root, TestAppliance().Get(path));
    const Json finance = GetIn(appliance, "finance", path);
    EXPECT_EQ(finance["total"], root["total"]);
    EXPECT_NE(finance["resources"][0]["id"], root["resources"][0]["id"]);
  }
}

TEST(TenancyTest, AnUnknownDomainIsALoginThatIsRefused) {
  TestAppliance appliance(RootAndFinance());
  const Response refused = LogInTo(appliance, "none");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(Json::parse(refused.body)["codeDesc"], "NCERRUnauthorizedAccess");
  EXPECT_EQ(appliance.Get("/simulator/journal")["logins_rejected"], 1);
  TestAppliance any;
  EXPECT_EQ(LogInTo(any, "none").status, 200);
  ClusterSettings without_root;
  without_root.tenancies = {"finance"};
  TestAppliance finance(without_root);
  EXPECT_EQ(LogInTo(finance, "").status, 401);
}

TEST(TenancyTest, ARenewedTokenStaysInItsDomain) {
  TestAppliance appliance(RootAndFinance());
  const Json grant = Json::parse(LogInTo(appliance, "finance").body);
  const Json renewed = Json::parse(appliance
                                       .Send("POST", kTokens, "",
                                             R"({"grant_type":"refresh_token","refresh_token":")" +
                                                 std::string(grant["refresh_token"]) + R"("})")
                                       .body);
  EXPECT_EQ(GetAs(appliance, renewed["jwt"], kDsm), GetIn(appliance, "finance", kDsm));
}

TEST(TenancyTest, AControlRequestMeansTheDomainThatItNames) {
  TestAppliance appliance(RootAndFinance());
  const auto counts = [&] {
    return std::pair(GetIn(appliance, "root", kDsm)["total"].get<int>(),
                     GetIn(appliance, "finance", kDsm)["total"].get<int>());
  };
  appliance.Send("POST", "/simulator/refresh/dsm", "domains=a&id=one&tenancy=finance");
  EXPECT_EQ(counts(), std::pair(6, 7));
  appliance.Send("POST", "/simulator/refresh/dsm", "domains=a&id=one");
  EXPECT_EQ(counts(), std::pair(7, 7));
  EXPECT_EQ(appliance.Send("POST", "/simulator/refresh/dsm", "tenancy=none").status, 404);
}

TEST(TenancyTest, AScheduleIsOfTheDomainThatItsRuleNames) {
  ClusterSettings settings = RootAndFinance();
  for (const std::string tenancy : {"", "&tenancy=finance", "&tenancy=finance"}) {
    settings.schedules.push_back(
        ParseScheduleRule(Query("name=n&family=dsm&run_at=*+*+*+*+*" + tenancy)).value());
  }
  TestAppliance appliance(settings);
  EXPECT_EQ(GetIn(appliance, "root", "/api/v1/scheduler/job-configs")["total"], 1);
  EXPECT_EQ(GetIn(appliance, "finance", "/api/v1/scheduler/job-configs")["total"], 2);
}

}  // namespace
}  // namespace cckm::simulator
