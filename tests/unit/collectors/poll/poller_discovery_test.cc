// Discovery, over a fake network and a fake clock.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/collectors/poll/poller_discovery_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

TEST_F(PollerDiscoveryTest,
       WhatHadFinishedBeforeTheFirstDiscoveryIsRememberedByTheAppliancesClock) {
  appliance_.skew = -1h;
  const WallTime theirs = clock_.Now() - 1h;
  appliance_.jobs = {{.id = "before", .created = theirs - 2h, .completed = theirs - 1s},
                     {.id = "after", .created = theirs - 2h, .completed = theirs + 30s},
                     {.id = "running", .created = theirs - 2h}};
  RunFor(1ms);
  appliance_.Find("running")->completed = theirs - 1min;
  RunFor(1min);
  EXPECT_EQ(FinalAnswers(), "before- after+ running+ ");
}

TEST_F(PollerDiscoveryTest, WithObserveHistoryOrAnOldBaselineWhatHadFinishedCounts) {
  appliance_.jobs = {{.id = "a", .created = clock_.Now() - 2h, .completed = clock_.Now() - 1h}};
  Plan().baseline = clock_.Now() - 90min;
  RunFor(1ms);
  poller_.reset();
  Plan().baseline.reset();
  Plan().discovery.observe_history = true;
  RunFor(1ms);
  EXPECT_EQ(FinalAnswers(), "a+ a+ ");
}

TEST_F(PollerDiscoveryTest, WhatIsKnownFromBeforeIsNotTakenAgain) {
  appliance_.jobs = {{.id = "a", .completed = clock_.Now() + 1s}};
  Plan().known = {Known(appliance_.jobs[0])};
  RunFor(5min);
  EXPECT_EQ(FinalAnswers(), "");
}

// Which of the others did the same units decides what is shown of such a failure.
TEST_F(PollerDiscoveryTest, WhatIsKnownFromBeforeIsTakenAgainWhereAFailureNamesNoDomain) {
  const WallTime end = clock_.Now() + 1s;
  appliance_.jobs = {{.id = "a", .completed = end},
                     {.id = "f", .completed = end, .domains = {}, .status = "failed"}};
  Plan().known = {
      Known(appliance_.jobs[0]),
      {"f",
       {.created_at = FakeClock::kStart, .completed_at = end, .status = RefreshStatus::kFailed}}};
  RunFor(5min);
  EXPECT_EQ(FinalAnswers(), "a+ f+ ") << "once, since their units are known then";
}

TEST_F(PollerDiscoveryTest, OfWhatIsKnownTheListTellsWhatHasChangedAndNotWhatItLacks) {
  const FakeJob known{.id = "a", .completed = clock_.Now() + 1s, .domains = {"d1", "d2"}};
  FakeJob without_end = known;
  without_end.completed.reset();
  without_end.status = "completed";
  FakeJob without_domains = known;
  without_domains.domains.clear();
  FakeJob of_another_domain = known;
  of_another_domain.domains.emplace_back("d3");
  FakeJob created_later = known;
  created_later.created += 1s;
  Plan().baseline = clock_.Now();
  for (const FakeJob& told : {known, without_end, without_domains}) {
    poller_.reset();
    Plan().known = {Known(known)};
    appliance_.jobs = {told};
    RunFor(5min);
    EXPECT_EQ(FinalAnswers(), "") << told.Json();
  }
  for (const FakeJob& told : {of_another_domain, created_later}) {
    poller_.reset();
    listener_.updates.clear();
    appliance_.jobs = {told};
    RunFor(5min);
    EXPECT_EQ(FinalAnswers(), "a+ ") << told.Json();
  }
}

TEST_F(PollerDiscoveryTest, OfTooManyTheUnfinishedAndTheNewestAreWatched) {
  Plan().discovery.max_refreshes = 3;
  appliance_.jobs = {{.id = "running", .created = clock_.Now() - 9h}};
  for (int i = 0; i < 9; ++i) {
    const WallTime created = clock_.Now() - std::chrono::hours(1 + (i * 5) % 9);
    appliance_.jobs.push_back(
        {.id = "f" + std::to_string(i), .created = created, .completed = created + 1min});
  }
  RunFor(3min);
  EXPECT_TRUE(LastListing().is_truncated);
  std::set<std::string> left;
  for (const PollUpdate& update : listener_.updates) {
    for (const RefreshAnswer& answer : update.answers) left.insert(answer.refresh.id);
    for (const std::string& id : update.unwatched) left.erase(id);
  }
  EXPECT_EQ(left, (std::set<std::string>{"running", "f0", "f2"}));
}

TEST_F(PollerDiscoveryTest, OfMoreThanMayBeWatchedFromNowOnTheNewestStay) {
  Plan().discovery.max_refreshes = 2;
  Plan().baseline = clock_.Now();
  for (int i = 0; i < 5; ++i) {
    const WallTime created = clock_.Now() - std::chrono::hours(i + 1);
    appliance_.jobs.push_back(
        {.id = "f" + std::to_string(i), .created = created, .completed = created + 1min});
    Plan().known.push_back(Known(appliance_.jobs.back()));
  }
  RunFor(1ms);
  std::set<std::string> left;
  for (const PollUpdate& update : listener_.updates) {
    left.insert(update.unwatched.begin(), update.unwatched.end());
  }
  EXPECT_EQ(left, (std::set<std::string>{"f2", "f3", "f4"}));
  EXPECT_TRUE(LastListing().is_truncated);
}

TEST_F(PollerDiscoveryTest, OfALongListOnlyThoseThatAreWatchedAreAnsweredWhateverItsOrder) {
  Plan().discovery = {.enabled = true, .max_refreshes = 50, .observe_history = true};
  for (const int step : {1, 259, 77}) {
    listener_.updates.clear();
    appliance_.jobs.clear();
    for (int i = 0; i < 260; ++i) {
      const int age = (i * step) % 260;
      const WallTime created = clock_.Now() - std::chrono::hours(age + 1);
      appliance_.jobs.push_back(
          {.id = "age" + std::to_string(age), .created = created, .completed = created + 1min});
    }
    poller_.reset();
    RunFor(1ms);
    std::set<std::string> answered;
    std::set<std::string> newest;
    for (const PollUpdate& update : listener_.updates) {
      for (const RefreshAnswer& answer : update.answers) answered.insert(answer.refresh.id);
      EXPECT_TRUE(update.unwatched.empty());
    }
    for (int age = 0; age < 50; ++age) newest.insert("age" + std::to_string(age));
    EXPECT_EQ(answered, newest) << step;
    EXPECT_TRUE(LastListing().is_truncated);
    EXPECT_TRUE(LastListing().is_complete);
  }
}

TEST_F(PollerDiscoveryTest, FinishedOnesWithTooManyDomainsToWaitWithAreAskedForById) {
  Plan().discovery = {.enabled = true, .max_refreshes = 3, .observe_history = true};
  for (int i = 0; i < 5; ++i) {
    const WallTime created = clock_.Now() - std::chrono::hours(i + 1);
    FakeJob job{.id = "f" + std::to_string(i), .created = created, .completed = created + 1min};
    for (int d = 0; d < 34'000; ++d) job.domains.push_back(std::to_string(d));
    appliance_.jobs.push_back(std::move(job));
  }
  RunFor(1min);
  EXPECT_EQ(FinalAnswers(), "f0+ f1+ f2+ ");
  EXPECT_EQ(Count("refresh/f2"), 1U);
}

TEST_F(PollerDiscoveryTest, AFinishedOneThatVanishesFromTheListIsToldApartFromOneThatMakesRoom) {
  Plan().discovery.max_refreshes = 1;
  appliance_.jobs = {{.id = "a", .completed = clock_.Now() + 1s}};
  RunFor(1ms);
  appliance_.jobs = {{.id = "b", .created = clock_.Now(), .completed = clock_.Now() + 1s}};
  RunFor(2min);
  appliance_.jobs.push_back({.id = "c", .created = clock_.Now(), .completed = clock_.Now() + 1s});
  RunFor(2min);
  std::string told;
  for (const PollUpdate& update : listener_.updates) {
    for (const std::string& id : update.vanished) told += "vanished " + id + " ";
    for (const std::string& id : update.unwatched) told += "unwatched " + id + " ";
  }
  EXPECT_EQ(told, "vanished a unwatched b ");
}

TEST_F(PollerDiscoveryTest, OneThatMadeRoomAndIsListedAgainDoesNotMakeTheListComplete) {
  Plan().discovery.max_refreshes = 1;
  const WallTime long_ago = clock_.Now() - 9h;
  const FakeJob older{.id = "older", .created = long_ago, .completed = long_ago + 1min};
  appliance_.jobs = {older};
  RunFor(1ms);
  EXPECT_TRUE(LastListing().is_complete);
  appliance_.jobs.push_back(
      {.id = "newer", .created = long_ago + 1h, .completed = long_ago + 61min});
  appliance_.jobs.push_back(older);
  RunFor(1min);
  EXPECT_FALSE(LastListing().is_complete);
}

TEST_F(PollerDiscoveryTest, OneThatIsGoneIsForgottenIfItWasDiscoveredOnly) {
  Plan().refresh_ids = {"mine"};
  appliance_.jobs = {{.id = "mine"}, {.id = "found"}};
  RunFor(1ms);
  appliance_.jobs.clear();
  RunFor(2min);
  std::vector<std::string> unwatched;
  for (const PollUpdate& update : listener_.updates) {
    unwatched.insert(unwatched.end(), update.unwatched.begin(), update.unwatched.end());
  }
  EXPECT_EQ(unwatched, std::vector<std::string>({"found"}));
  EXPECT_EQ(Count("/found"), 2U) << "the second time on a new connection";
  EXPECT_GE(Count("/mine"), 8U);
}

TEST_F(PollerDiscoveryTest, UnreadableEntriesOfTheListAreAnErrorAndTold) {
  AddJobs("r", 1);
  appliance_.jobs.push_back({.id = "no good"});
  RunFor(1ms);
  EXPECT_TRUE(LastListing().has_unreadable_entries);
  EXPECT_EQ(SchemaErrors(), 1U);
  appliance_.jobs.pop_back();
  RunFor(90s);
  EXPECT_FALSE(LastListing().has_unreadable_entries);
  EXPECT_EQ(SchemaErrors(), 1U);
}

TEST_F(PollerDiscoveryTest, DomainsOfRefreshesPastTheMostAreTold) {
  Plan().discovery.max_refreshes = 1;
  for (int i = 0; i < 3; ++i) {
    const WallTime created = clock_.Now() - std::chrono::hours(i);
    appliance_.jobs.push_back({.id = "f" + std::to_string(i),
                               .created = created,
                               .completed = created + 1min,
                               .domains = {"d" + std::to_string(i)}});
  }
  RunFor(1ms);
  EXPECT_EQ(LastListing().left_out_domains, (std::set<std::string, std::less<>>{"d1", "d2"}));
}

TEST_F(PollerDiscoveryTest, ARecheckWithoutCompletionTimeOfAKnownRefreshChangesNothing) {
  Plan().discovery.enabled = false;
  plan_.schedule.recheck_interval = 10min;
  Plan().refresh_ids = {"a"};
  Plan().known = {Known({.id = "a", .completed = FakeClock::kStart + 8s})};
  appliance_.jobs = {{.id = "a", .status = "completed"}};
  RunFor(1min);
  for (const PollUpdate& update : listener_.updates) {
    for (const RefreshAnswer& answer : update.answers) EXPECT_TRUE(answer.is_final);
  }
  EXPECT_EQ(Count("refresh/a"), 1U);
}

TEST_F(PollerDiscoveryTest, ARefreshThatIsNamedByATokenIsNotWatched) {
  token_.Give("canary-token-canary");
  appliance_.jobs = {{.id = "x-canary-token-canary"}, {.id = "a"}};
  RunFor(1ms);
  EXPECT_TRUE(LastListing().has_unreadable_entries);
  EXPECT_EQ(SchemaErrors(), 1U);
  std::string answered;
  for (const PollUpdate& update : listener_.updates) {
    for (const RefreshAnswer& answer : update.answers) answered += answer.refresh.id + " ";
  }
  EXPECT_EQ(answered, "a ");
}

TEST_F(PollerDiscoveryTest, ATokenInADomainsNameIsHidden) {
  token_.Give("canary-token-canary");
  Plan().domain_names = true;
  appliance_.domains = {R"({"id":"d1","name":"x canary-token-canary"})"};
  RunFor(1min);
  std::size_t listings = 0;
  for (const PollUpdate& update : listener_.updates) {
    if (!update.domain_listing) continue;
    ++listings;
    EXPECT_EQ(update.domain_listing->domains.at(0).name.find("canary"), std::string::npos);
  }
  EXPECT_EQ(listings, 1U);
}

TEST_F(PollerDiscoveryTest, RefreshesComeAndGoWhileTheirRequestsAreOnTheWire) {
  Plan().discovery.enabled = false;
  Plan().refresh_ids = {"a", "b"};
  AddJobs("r", 1);
  appliance_.jobs = {{.id = "a"}, {.id = "b"}, {.id = "c"}};
  client_.SetLatency([](const std::string& path) { return path.ends_with("/a") ? 20s : 1ms; });
  RunFor(1ms);
  poller_->SetRefreshIds(*FindFamily("dsm"), {"b", "c"});
  RunFor(1min);
  EXPECT_EQ(Count("refresh/a"), 1U);
  EXPECT_GE(Count("refresh/c"), 4U);
  for (const PollUpdate& update : listener_.updates) {
    for (const RefreshAnswer& answer : update.answers) EXPECT_NE(answer.refresh.id, "a");
  }
  poller_->SetRefreshIds(*FindFamily("dsm"), {"a"});
  RunFor(1min);
  EXPECT_GE(Count("refresh/a"), 3U);
}

}  // namespace
}  // namespace cckm
