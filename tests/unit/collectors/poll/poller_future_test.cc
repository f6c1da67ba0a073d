// Times that an appliance dates in the future.

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/unit/collectors/poll/poller_discovery_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class PollerFutureTest : public PollerDiscoveryTest {
 protected:
  // The latest answer for a refresh.
  RefreshAnswer Last(std::string_view id) const {
    RefreshAnswer last;
    for (const PollUpdate& update : listener_.updates) {
      for (const RefreshAnswer& answer : update.answers) {
        if (answer.refresh.id == id) last = answer;
      }
    }
    return last;
  }
};

TEST_F(PollerFutureTest, ATimeLaterThanTheAnswersDateIsNoneBeyondFiveMinutes) {
  appliance_.skew = -1h;
  const WallTime theirs = FakeClock::kStart - 1h;
  appliance_.jobs = {{.id = "near", .created = theirs + 5min},
                     {.id = "far", .created = theirs + 5min + 2s}};
  RunFor(1ms);
  EXPECT_EQ(Last("near").refresh.created_at, theirs + 5min);
  EXPECT_TRUE(Last("near").refresh.anomalies.empty());
  EXPECT_FALSE(Last("far").refresh.created_at);
  EXPECT_TRUE(Last("far").refresh.anomalies.Has(Anomaly::kBadTimestamp));
}

TEST_F(PollerFutureTest, WithoutADateOurClockIsTheMeasure) {
  Plan().discovery.enabled = false;
  Plan().refresh_ids = {"r1"};
  appliance_.fault = [](const std::string&) {
    return FakeAppliance::MaybeAnswer(
        JsonAnswer(FakeJob{.id = "r1", .created = FakeClock::kStart + 6min}.Json()));
  };
  RunFor(1ms);
  EXPECT_FALSE(Last("r1").refresh.created_at);
  EXPECT_TRUE(Last("r1").refresh.anomalies.Has(Anomaly::kBadTimestamp));
}

TEST_F(PollerFutureTest, ACompletionInTheFutureIsAMissingOne) {
  Plan().discovery.enabled = false;
  Plan().refresh_ids = {"r1"};
  appliance_.jobs = {
      {.id = "r1", .created = FakeClock::kStart - 1h, .completed = FakeClock::kStart + 24h}};
  RunFor(1ms);
  EXPECT_FALSE(Last("r1").is_final);
  RunFor(15s);
  EXPECT_TRUE(Last("r1").is_final);
  EXPECT_FALSE(Last("r1").refresh.completed_at);
  EXPECT_TRUE(Last("r1").refresh.anomalies.Has(Anomaly::kMissingCompletionTime));
  EXPECT_TRUE(Last("r1").refresh.anomalies.Has(Anomaly::kBadTimestamp));
}

TEST_F(PollerFutureTest, WhatAClockThatWasAheadHadDatedIsAskedForAgainOnceItCameBack) {
  Plan().discovery.enabled = false;
  Plan().refresh_ids = {"ahead", "running"};
  appliance_.skew = 24h * 365;
  const WallTime theirs = FakeClock::kStart + appliance_.skew;
  appliance_.jobs = {{.id = "ahead", .created = theirs - 1h, .completed = theirs - 30min},
                     {.id = "running", .created = FakeClock::kStart}};
  RunFor(15s);
  EXPECT_EQ(Last("ahead").refresh.created_at, theirs - 1h);
  appliance_.skew = {};
  RunFor(1min);
  EXPECT_FALSE(Last("ahead").refresh.created_at);
  EXPECT_TRUE(Last("ahead").refresh.anomalies.Has(Anomaly::kBadTimestamp));
  EXPECT_EQ(Count("/ahead"), 2U);
}

TEST_F(PollerFutureTest, ABaselineOfAClockThatWasAheadIsTakenAgain) {
  appliance_.skew = 24h * 365;
  RunFor(1ms);
  appliance_.skew = {};
  RunFor(2min);
  appliance_.jobs = {{.id = "later", .created = clock_.Now(), .completed = clock_.Now() + 1s}};
  RunFor(2min);
  EXPECT_EQ(FinalAnswers(), "later+ ");
}

TEST_F(PollerFutureTest, OneDatedInTheFutureIsTheFirstToMakeRoom) {
  Plan().discovery.max_refreshes = 1;
  const WallTime now = clock_.Now();
  appliance_.jobs = {{.id = "future", .created = now + 24h, .completed = now - 1h}};
  RunFor(1min);
  appliance_.jobs.push_back({.id = "newer", .created = now - 10h, .completed = now - 9h});
  RunFor(2min);
  EXPECT_EQ(Last("newer").kind, RefreshAnswer::Kind::kRefresh);
}

}  // namespace
}  // namespace cckm
