#include "tests/simulator/journal.h"

#include <gtest/gtest.h>

#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using Json = nlohmann::json;
using std::chrono::nanoseconds;

constexpr std::string_view kLogin = R"({"name":"u","password":"right"})";

Request LoginRequest(std::string_view body) { return {"POST", kTokens, "", "", body}; }

Json JournalOf(const TestAppliance& appliance) { return Json::parse(appliance.journal.Render()); }

TEST(JournalTest, LoginsAreCountedByWhatBecameOfThem) {
  TestAppliance appliance(AccountSettings{.username = {}, .password = "right", .client_id = {}});
  const Json grant = BodyOf(appliance.Send("POST", kTokens, "", kLogin));
  const std::string renewal = R"({"grant_type":"refresh_token","refresh_token":")" +
                              std::string(grant["refresh_token"]) + R"("})";
  for (int round = 0; round < 3; ++round) appliance.Send("POST", kTokens, "", renewal);
  for (const std::string_view wrong : {R"({"name":"u","password":"x"})", R"({"grant_type":"y"})"}) {
    appliance.Send("POST", kTokens, "", wrong);
  }
  const Json journal = JournalOf(appliance);
  EXPECT_EQ(journal["logins_granted"],
            Json({{"password", 1}, {"refresh_token", 3}, {"client_credential", 0}}));
  EXPECT_EQ(journal["logins_rejected"], 2);
  EXPECT_EQ(journal["requests"], 6);
  EXPECT_EQ(journal["requests_answered_401"], 1);
}

TEST(JournalTest, RequestsAreCountedByWhatWasWrongWithThem) {
  TestAppliance appliance;
  const Json grant = BodyOf(appliance.Send("POST", kTokens, "", kLogin));
  const std::string bearer = "Bearer " + std::string(grant["jwt"]);
  const auto later = kStart + std::chrono::seconds(300);
  appliance.api.Handle({"GET", kDsm, "", bearer, ""}, kStart);
  appliance.api.Handle({"GET", kDsm, "", bearer, ""}, later);
  appliance.api.Handle({"GET", kDsm, "", "Bearer guess", ""}, later);
  appliance.Send("GET", "/simulator/none");
  appliance.Send("POST", "/simulator/fault", "kind=close&count=1");
  appliance.Send("GET", kDsm);
  const Json journal = JournalOf(appliance);
  EXPECT_EQ(journal["requests"], 5);
  EXPECT_EQ(journal["requests_answered_401"], 2);
  EXPECT_EQ(journal["requests_with_expired_token"], 1);
  EXPECT_EQ(journal["faults"], 1);
}

TEST(JournalTest, WhatIsUnderWayAtOnceIncludesTheWaiting) {
  TestAppliance appliance;
  const auto clock = [] { return kStart; };
  // Each wait lets the next request in.
  const std::vector<Request> requests = {{"GET", kDsm, "", "", ""},
                                         LoginRequest(kLogin),
                                         {"GET", "/simulator/journal", "", "", ""},
                                         LoginRequest(kLogin)};
  std::size_t next = 0;
  Api::Wait wait;
  const auto serve_next = [&] {
    if (next < requests.size()) appliance.api.Serve(requests[next++], wait, clock);
  };
  wait = [&](nanoseconds time) {
    if (time.count() == 0) return;
    serve_next();
    serve_next();
  };
  appliance.latency = std::chrono::milliseconds(1);
  serve_next();
  Json journal = JournalOf(appliance);
  EXPECT_EQ(journal["most_requests_at_once"], 3);
  EXPECT_EQ(journal["most_logins_at_once"], 2);
  appliance.journal.Clear();
  serve_next();
  journal = JournalOf(appliance);
  EXPECT_EQ(journal["most_requests_at_once"], 0);
  EXPECT_EQ(journal["requests"], 0);
}

TEST(JournalTest, ConnectionsAreCountedByTheirFirstRequest) {
  TestAppliance appliance;
  for (const bool first : {true, false, false, true}) {
    Request request = {"GET", kDsm, "", "", ""};
    request.first_of_connection = first;
    appliance.api.Serve(
        request, [](nanoseconds) {}, [] { return kStart; });
  }
  EXPECT_EQ(JournalOf(appliance)["connections"], 2);
}

TEST(JournalTest, TheLastLoginIsKeptWithoutItsSecrets) {
  TestAppliance appliance;
  appliance.Send("POST", kTokens, "", R"({"username":"old"})");
  appliance.Send("POST", kTokens, "",
                 R"({"name":"u","password":"geheim","connection":"local","domain":"root",
                     "auth_domain":"a","auth_domain_path":"/acme","refresh_token":"geheim",
                     "labels":["l"],"pin":"geheim"})");
  const Json journal = JournalOf(appliance);
  EXPECT_EQ(journal["last_login"], Json({{"name", "u"},
                                         {"connection", "local"},
                                         {"domain", "root"},
                                         {"auth_domain", "a"},
                                         {"auth_domain_path", "/acme"},
                                         {"labels", {"l"}},
                                         {"pin", "(not shown)"}}));
  EXPECT_EQ(journal.dump().find("geheim"), std::string::npos);
  appliance.Send("POST", kTokens, "", "[1]");
  EXPECT_EQ(JournalOf(appliance)["last_login"]["name"], "u");
}

}  // namespace
}  // namespace cckm::simulator
