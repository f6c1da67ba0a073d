// The fields of the documented payloads, each of which the simulator must produce.

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using Json = nlohmann::json;
using Fields = std::set<std::string>;

// The fields among `wanted` that the object lacks.
Fields MissingFrom(const Json& object, const Fields& wanted) {
  Fields missing;
  for (const std::string& field : wanted) {
    if (!object.contains(field)) missing.insert(field);
  }
  return missing;
}

const Fields kNone;
const Fields kEnvelope = {"skip", "limit", "total", "resources"};
const Fields kRunningJob = {
    "id",    "uri",     "account", "createdAt", "updatedAt", "overall_status", "detailed_status",
    "cloud", "domains", "abort"};
const Fields kCompletedJob = {
    "id",        "uri",       "account",      "application",    "devAccount",
    "createdAt", "updatedAt", "completed_at", "overall_status", "detailed_status",
    "cloud",     "domains",   "abort"};
const Fields kExternalCmJob = {"id",         "uri",       "account",   "application",
                               "devAccount", "createdAt", "updatedAt", "overall_status",
                               "cloud",      "domains",   "abort"};

TEST(SamplesTest, DsmRefreshListAndCompletedRefresh) {
  TestAppliance appliance;
  const Json list = appliance.Get(kDsm);
  EXPECT_EQ(MissingFrom(list, kEnvelope), kNone);
  EXPECT_EQ(MissingFrom(list["resources"][0], kCompletedJob), kNone);
  const std::string id = list["resources"][0]["id"];
  const Json job = appliance.Get(std::string(kDsm) + '/' + id);
  EXPECT_EQ(job, list["resources"][0]);
  EXPECT_EQ(job["cloud"], "dsm");
  EXPECT_EQ(job["account"], "kylo:kylo:admin:accounts:kylo");
}

TEST(SamplesTest, DsmRefreshBeingCancelled) {
  TestAppliance appliance;
  const std::string id = appliance.Get(kDsm, "skip=5")["resources"][0]["id"];
  const std::string path = std::string(kDsm) + '/' + id;
  ASSERT_EQ(appliance.Send("POST", path + "/cancel").status, 200);
  const Json job = appliance.Get(path);
  EXPECT_EQ(MissingFrom(job, kRunningJob), kNone);
  EXPECT_FALSE(job.contains("completed_at"));
  EXPECT_EQ(job["overall_status"], "in_progress");
  EXPECT_EQ(job["abort"], true);
}

TEST(SamplesTest, ExternalCmRefreshInProgress) {
  TestAppliance appliance;
  const auto refreshes = appliance.world.List(FamilyNamed("external-cm"), 5, 1);
  const Json body = appliance.Get("/api/v1/cckm/external-cm/refresh/" + refreshes[0]->id);
  EXPECT_EQ(MissingFrom(body, {"application/json"}), kNone);
  const Json job = body["application/json"];
  EXPECT_EQ(MissingFrom(job, kExternalCmJob), kNone);
  EXPECT_EQ(job.size(), kExternalCmJob.size());
  EXPECT_EQ(job["cloud"], "externalCM");
}

TEST(SamplesTest, DomainLists) {
  TestAppliance appliance;
  const Json list = appliance.Get("/api/v1/cckm/dsm/domains");
  EXPECT_EQ(MissingFrom(list, kEnvelope), kNone);
  const Json domain = list["resources"][0];
  EXPECT_EQ(MissingFrom(domain, {"id", "uri", "createdAt", "updatedAt", "dsm_params"}), kNone);
  EXPECT_EQ(MissingFrom(domain["dsm_params"], {"id", "url", "name", "adminType", "kmipEnabled"}),
            kNone);
  EXPECT_EQ(domain["updatedAt"], "0001-01-01T00:00:00Z");
  const Json external = appliance.Get("/api/v1/cckm/external-cm/domains")["resources"][0];
  EXPECT_EQ(MissingFrom(external, {"id", "uri", "account", "connection", "cm_domain"}), kNone);
  EXPECT_EQ(MissingFrom(external["cm_domain"], {"domain_id", "name"}), kNone);
}

TEST(SamplesTest, TokenResponse) {
  TestAppliance appliance;
  const Response granted =
      appliance.Send("POST", "/api/v1/auth/tokens/", "", R"({"name":"u","password":"p"})");
  const Json grant = Json::parse(granted.body);
  EXPECT_EQ(MissingFrom(grant, {"jwt", "duration", "token_type", "client_id", "refresh_token",
                                "refresh_token_expires_in"}),
            kNone);
  EXPECT_EQ(grant["duration"], 300);
  EXPECT_EQ(grant["token_type"], "Bearer");
}

TEST(SamplesTest, Errors) {
  TestAppliance appliance;
  EXPECT_EQ(appliance.Get("/api/v1/nothing"),
            Json({{"code", 16}, {"codeDesc", "NCERRResourceNotFound: Resource not found"}}));
  const Json refused =
      BodyOf(appliance.Send("POST", "/api/v1/auth/tokens", "", "{\"name\":\"u\"}"));
  EXPECT_EQ(MissingFrom(refused, {"code", "codeDesc", "message", "requestID"}), kNone);
  EXPECT_EQ(refused["code"], 5);
  EXPECT_EQ(refused["codeDesc"], "NCERRUnauthorizedAccess");
  EXPECT_EQ(refused["message"], "Wrong username or password.");
}

}  // namespace
}  // namespace cckm::simulator
