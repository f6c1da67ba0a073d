#include "tests/simulator/faults.h"

#include <gtest/gtest.h>

#include "tests/simulator/fault_answer.h"
#include "tests/simulator/test_appliance.h"

namespace cckm::simulator {
namespace {

using std::chrono::seconds;

FaultRule Rule(std::string_view query, FaultSource source = FaultSource::kControl) {
  return ParseFaultRule(Query(query), source).value();
}

// The status that the next request would fail with, 0 if it would not.
int NextStatus(Faults& faults, std::string_view path = kDsm, TimePoint now = kStart) {
  const auto rule = faults.Next(path, now);
  return rule ? rule->status : 0;
}

TEST(FaultsTest, TheFirstRuleThatMatchesDecides) {
  Faults faults(1, 0);
  faults.Add(Rule("status=503&path=/api/v1/auth/"), kStart);
  faults.Add(Rule("status=500"), kStart);
  faults.Add(Rule("status=502&path=/api/v1/cckm/"), kStart);
  EXPECT_EQ(NextStatus(faults, kTokens), 503);
  EXPECT_EQ(NextStatus(faults, kDsm), 500);
  faults.Clear();
  EXPECT_EQ(NextStatus(faults, kTokens), 0);
}

TEST(FaultsTest, ARuleEndsAfterItsCount) {
  Faults faults(1, 0);
  faults.Add(Rule("status=503&count=2&path=/api/v1/auth"), kStart);
  faults.Add(Rule("status=500&count=1"), kStart);
  for (const int status : {503, 503, 500, 0}) EXPECT_EQ(NextStatus(faults, kTokens), status);
}

TEST(FaultsTest, ALaterRuleTakesThePlaceOfTheOneThatWouldHideIt) {
  Faults faults(1, 0);
  faults.Add(Rule("status=500"), kStart);
  faults.Add(Rule("status=503"), kStart);
  EXPECT_EQ(NextStatus(faults), 503);
  faults.Add(Rule("status=502&count=1"), kStart);
  EXPECT_EQ(NextStatus(faults), 502);
  EXPECT_EQ(NextStatus(faults), 0);
}

TEST(FaultsTest, AScriptsRuleHoldsInItsTimeOnly) {
  Faults faults(1, 0);
  faults.Add(Rule("at=5s&for=10s&status=503", FaultSource::kScript), kStart);
  struct Case {
    int second;
    int status;
  };
  for (const auto& [second, status] : {Case{0, 0}, {4, 0}, {5, 503}, {14, 503}, {15, 0}}) {
    EXPECT_EQ(NextStatus(faults, kDsm, kStart + seconds(second)), status) << second;
  }
}

TEST(FaultAnswerTest, WhatARuleNamesIsInTheAnswer) {
  const Response redirect = AnswerFault(Rule("status=307&location=http://a/&delay=2s"));
  EXPECT_EQ(redirect.status, 307);
  EXPECT_EQ(redirect.headers,
            (std::vector<std::pair<std::string, std::string>>{{"Location", "http://a/"}}));
  EXPECT_EQ(redirect.delay, seconds(2));
  const Response page =
      AnswerFault(Rule("status=503&retry_after=5&content_type=text/html&body=sorry"));
  EXPECT_EQ(page.body, "sorry");
  EXPECT_EQ(page.content_type, "text/html");
  EXPECT_EQ(page.headers, (std::vector<std::pair<std::string, std::string>>{{"Retry-After", "5"}}));
}

TEST(FaultAnswerTest, EveryKindFailsInItsOwnWay) {
  const Response genuine = {200, "genuine", {}};
  EXPECT_EQ(AnswerFault(Rule("kind=close")).delivery, Delivery::kNone);
  const Response garbage = AnswerFault(Rule("kind=garbage"));
  EXPECT_EQ(garbage.status, 200);
  EXPECT_TRUE(nlohmann::json::parse(garbage.body, nullptr, false).is_discarded());
  const Response late = SpoilAnswer(Rule("kind=hang&for=3s"), genuine);
  EXPECT_EQ(late.body, "genuine");
  EXPECT_EQ(late.delay, seconds(3));
  EXPECT_EQ(late.delivery, Delivery::kWhole);
  const Response cut = SpoilAnswer(Rule("kind=truncate"), genuine);
  EXPECT_EQ(cut.body, "genuine");
  EXPECT_EQ(cut.delivery, Delivery::kTruncated);
}

TEST(FaultAnswerTest, OnlyHangAndTruncateServeTheRequest) {
  EXPECT_TRUE(IsServed(Rule("kind=hang")));
  EXPECT_TRUE(IsServed(Rule("kind=truncate")));
  for (const std::string_view other : {"status=500", "kind=close", "kind=garbage"}) {
    EXPECT_FALSE(IsServed(Rule(other))) << other;
  }
}

}  // namespace
}  // namespace cckm::simulator
