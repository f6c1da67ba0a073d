// Discovery and exact counting from the network to the exposition, over fake time and restarts of
// the exporter.

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/unit/exporter/app/discovery_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class DiscoveryTest : public DiscoveryFixture {};

TEST_F(DiscoveryTest, OneThatFinishedWhileTheExporterWasDownIsCountedOnce) {
  appliance_.jobs = {{.id = "old", .created = clock_.Now() - 2h, .completed = clock_.Now() - 1h},
                     {.id = "running", .created = clock_.Now() - 1min}};
  Restart();
  PollFor(1min);
  EXPECT_EQ(Observed(), 0);
  clock_.Advance(30min);
  appliance_.Find("running")->completed = clock_.Now();
  appliance_.jobs.push_back(
      {.id = "unseen", .created = clock_.Now() - 1min, .completed = clock_.Now() - 1s});
  clock_.Advance(30min);
  for (int i = 0; i < 3; ++i) {
    Restart();
    PollFor(2min);
    EXPECT_EQ(Observed(), 2);
    EXPECT_EQ(Completed("d1"), 2);
  }
}

TEST_F(DiscoveryTest, MaxRefreshesBoundsWhatIsTrackedAndWhatIsObservedAlsoThroughARestart) {
  discovery_ = {.max_refreshes = 50, .observe_history = true};
  for (int i = 0; i < 260; ++i) {
    const WallTime created = clock_.Now() - std::chrono::hours(300 - i);
    appliance_.jobs.push_back({.id = "r" + std::to_string(i),
                               .created = created,
                               .completed = created + 1min,
                               .domains = {"d" + std::to_string(i % 100)}});
  }
  const std::string tracked = R"(cckm_tracked_refreshes{target="cm",cloud="dsm"})";
  for (int i = 0; i < 2; ++i) {
    Restart();
    PollFor(1ms);
    EXPECT_EQ(Value(tracked), 50);
    EXPECT_EQ(Observed(), 50);
  }
  for (int i = 0; i < 30; ++i) {
    const FakeJob job{.id = "n" + std::to_string(i),
                      .created = clock_.Now(),
                      .completed = clock_.Now() + 1s,
                      .domains = {"e" + std::to_string(i)}};
    appliance_.jobs.push_back(job);
  }
  PollFor(2min);
  EXPECT_EQ(Value(tracked), 50);
  EXPECT_EQ(Observed(), 80);
  Restart();
  EXPECT_EQ(Value(tracked), 50);
}

TEST_F(DiscoveryTest, AFailureForUnknownDomainsOutlivesNewerRefreshesAndARestartUntilMadeGood) {
  discovery_.max_refreshes = 3;
  const std::string bad =
      R"(cckm_refresh_status{target="cm",cloud="dsm",refresh_id="bad",status="failed"})";
  appliance_.jobs = {{.id = "bad",
                      .created = clock_.Now(),
                      .completed = clock_.Now() + 1s,
                      .domains = {},
                      .status = "failed"}};
  Restart();
  PollFor(1min);
  for (int i = 0; i < 10; ++i) {
    const WallTime now = clock_.Now();
    appliance_.jobs.push_back({.id = "r" + std::to_string(i), .created = now, .completed = now});
    PollFor(1min);
  }
  EXPECT_EQ(Value(bad), 1);
  Restart();
  PollFor(1min);
  EXPECT_EQ(Value(bad), 1);
  appliance_.jobs.push_back(
      {.id = "good", .created = clock_.Now(), .completed = clock_.Now(), .domains = {}});
  PollFor(2min);
  EXPECT_EQ(Value(bad), -1);
  Restart();
  PollFor(1min);
  EXPECT_EQ(Value(bad), -1);
}

TEST_F(DiscoveryTest, TheBaselineIsStoredOnceTheLedgerWorksAgain) {
  appliance_.jobs = {{.id = "running"}};
  Restart();
  ledger_->fails = true;
  PollFor(1min);
  ledger_->fails = false;
  harness_->recorder().Retry();
  clock_.Advance(10min);
  appliance_.jobs.push_back(
      {.id = "unseen", .created = clock_.Now() - 1min, .completed = clock_.Now()});
  clock_.Advance(10min);
  Restart();
  PollFor(1min);
  EXPECT_EQ(Observed(), 1);
}

TEST_F(DiscoveryTest, WhileTheLedgerFailsGaugesGoOnAndAfterwardsEverythingCountsOnce) {
  appliance_.jobs = {{.id = "a"}, {.id = "b"}};
  Restart();
  PollFor(1min);
  ScrapeAndCompare();
  ledger_->fails = true;
  for (FakeJob& job : appliance_.jobs) job.completed = clock_.Now();
  PollFor(1min);
  ScrapeAndCompare();
  EXPECT_EQ(
      Value(R"(cckm_refresh_status{target="cm",cloud="dsm",refresh_id="a",status="completed"})"),
      1);
  EXPECT_EQ(Completed("d1"), 0);
  EXPECT_EQ(Observed(), 0);
  EXPECT_EQ(Value("cckm_ledger_writable"), 0);
  harness_->recorder().Retry();
  EXPECT_EQ(Observed(), 0);
  ledger_->fails = false;
  harness_->recorder().Retry();
  harness_->recorder().Retry();
  PollFor(1min);
  ScrapeAndCompare();
  EXPECT_EQ(Completed("d1"), 2);
  EXPECT_EQ(Observed(), 2);
  EXPECT_EQ(Value("cckm_ledger_writable"), 1);
  Restart();
  EXPECT_EQ(Observed(), 2);
}

TEST_F(DiscoveryTest, ARecheckThatFailsBringsBackNoRefreshThatHasLeft) {
  appliance_.jobs = {{.id = "a"}};
  Restart();
  PollFor(1min);
  appliance_.Find("a")->completed = clock_.Now();
  appliance_.jobs.push_back({.id = "b", .created = clock_.Now()});
  PollFor(23h);
  EXPECT_NE(harness_->Scrape().find(R"(refresh_id="a")"), std::string::npos);
  appliance_.fault = [](const std::string& path) {
    return path.ends_with("/a") ? FakeAppliance::MaybeAnswer(StatusAnswer(500)) : std::nullopt;
  };
  PollFor(5h);
  EXPECT_EQ(harness_->Scrape().find(R"(refresh_id="a")"), std::string::npos);
  EXPECT_EQ(Value(R"(cckm_unanswered_refreshes{target="cm",cloud="dsm"})"), 0);
}

TEST_F(DiscoveryTest, ADomainThatIsGoneForADayLeavesTheLedgerAndOneThatIsListedStays) {
  discovery_.interval = poll_interval_ = 1h;
  const auto held = [this] {
    const auto memory = sqlite_->Restore("cm", *FindFamily("dsm"), {});
    std::string ids;
    for (const auto& [id, history] : memory->domains) ids.append(id).append(" ");
    return ids;
  };
  appliance_.jobs = {{.id = "r1", .created = clock_.Now()}};
  appliance_.domains = {R"({"id":"d1"})", R"({"id":"gone"})", R"({"id":"listed"})"};
  Restart();
  PollFor(1h);
  EXPECT_EQ(Completed("d1"), 0);
  appliance_.Find("r1")->completed = clock_.Now();
  PollFor(8 * 24h);
  EXPECT_EQ(held(), "d1 gone listed ");
  appliance_.domains.erase(appliance_.domains.begin() + 1);
  PollFor(23h);
  EXPECT_EQ(held(), "d1 gone listed ");
  PollFor(3h);
  EXPECT_EQ(held(), "d1 listed ");
  EXPECT_EQ(Completed("d1"), 1);
}

TEST_F(DiscoveryTest, DomainsThatThereIsNoRoomForAreCountedAfterARestartAsBefore) {
  max_domains_ = 2;
  appliance_.jobs = {{.id = "r1", .created = clock_.Now(), .domains = {"d1", "d2", "d3", "d4"}}};
  Restart();
  PollFor(1min);
  appliance_.Find("r1")->completed = clock_.Now();
  for (int i = 0; i < 2; ++i) {
    PollFor(1min);
    EXPECT_EQ(Value(R"(cckm_dropped_domains{target="cm",cloud="dsm"})"), 2);
    EXPECT_EQ(
        Value(
            R"(cckm_refresh_domains{target="cm",cloud="dsm",refresh_id="r1",status="completed"})"),
        4);
    Restart();
  }
}

TEST_F(DiscoveryTest, ADomainThatIsThereAgainIsShownThoughItsRefreshSaysNothingNew) {
  const std::string shown = R"(cckm_domain_refresh_status{target="cm",cloud="dsm",domain_id="d2",)"
                            R"(status="in_progress"})";
  const std::vector<std::string> both = {R"({"id":"d1"})", R"({"id":"d2"})"};
  appliance_.jobs = {{.id = "running", .created = clock_.Now() - 1min, .domains = {"d1", "d2"}}};
  appliance_.domains = both;
  Restart();
  PollFor(2min);
  EXPECT_EQ(Value(shown), 1);
  appliance_.domains = {both[0]};
  PollFor(11min);
  EXPECT_EQ(Value(shown), -1);
  appliance_.domains = both;
  PollFor(7min + 45s);  // the list is read after seven
  EXPECT_EQ(Value(shown), 1);
}

}  // namespace
}  // namespace cckm
