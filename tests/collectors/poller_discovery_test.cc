// Discovery and the list in the place of many requests, over a fake network and a fake clock.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "collectors/poll/poller.h"
#include "tests/fakes/fake_appliance.h"
#include "tests/fakes/fakes.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class PollerDiscoveryTest : public ::testing::Test {
 protected:
  class StopAt final : public PollListener {
   public:
    StopAt(RecordingListener& next, const Clock& clock) : next_(next), clock_(clock) {}
    void OnUpdate(PollUpdate update) override {
      if (clock_.SteadyNow() >= end) stop->request_stop();
      next_.OnUpdate(std::move(update));
    }
    void OnLogin(const LoginUpdate& update) override { next_.OnLogin(update); }
    SteadyTime end{};
    std::stop_source* stop = nullptr;

   private:
    RecordingListener& next_;
    const Clock& clock_;
  };

  void RunFor(Nanoseconds length) {
    if (!poller_) {
      poller_ = std::make_unique<Poller>(plan_, client_, token_, clock_, random_, stop_at_);
    }
    std::stop_source stop;
    stop_at_.stop = &stop;
    stop_at_.end = clock_.SteadyNow() + length;
    poller_->Run(stop.get_token());
  }

  std::size_t Count(std::string_view part) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        client_.paths(),
        [&](const std::string& path) { return path.find(part) != std::string::npos; }));
  }
  // "a+ b-": settled answers that count, and that do not.
  std::string Settled() const {
    std::string text;
    for (const PollUpdate& update : listener_.updates) {
      for (const RefreshAnswer& answer : update.answers) {
        if (answer.settled) text += answer.refresh.id + (answer.counts ? "+ " : "- ");
      }
    }
    return text;
  }
  RefreshListing LastListing() const {
    RefreshListing last;
    for (const PollUpdate& update : listener_.updates) last = update.listing.value_or(last);
    return last;
  }
  std::uint64_t SchemaErrors() const {
    std::uint64_t errors = 0;
    for (const PollUpdate& update : listener_.updates) {
      errors += update.error_counts[static_cast<std::size_t>(ErrorKind::kSchema)];
    }
    return errors;
  }
  void AddJobs(std::string_view prefix, int count) {
    for (int i = 0; i < count; ++i) {
      appliance_.jobs.push_back({.id = std::string(prefix) + std::to_string(i)});
    }
  }
  CollectorPlan& Plan() { return plan_.collectors[0]; }

  FakeClock clock_;
  FakeRandom random_;
  FakeTokenSource token_;
  RecordingListener listener_;
  StopAt stop_at_{listener_, clock_};
  FakeAppliance appliance_{clock_};
  FakeHttpClient client_{clock_,
                         [this](const std::string& path) { return appliance_.Answer(path); }};
  PollerPlan plan_{
      .target = "cm",
      .collectors = {{.family = FindFamily("dsm"), .discovery = {.enabled = true}}},
      .schedule = {.poll_interval = 15s, .recheck_interval = 0s, .heartbeat_interval = 60s},
      .max_connections = 8};
  std::unique_ptr<Poller> poller_;
};

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
  EXPECT_EQ(Settled(), "before- after+ running+ ");
}

TEST_F(PollerDiscoveryTest, WithObserveHistoryOrAnOldBaselineWhatHadFinishedCounts) {
  appliance_.jobs = {{.id = "a", .created = clock_.Now() - 2h, .completed = clock_.Now() - 1h}};
  Plan().baseline = clock_.Now() - 90min;
  RunFor(1ms);
  poller_.reset();
  Plan().baseline.reset();
  Plan().discovery.observe_history = true;
  RunFor(1ms);
  EXPECT_EQ(Settled(), "a+ a+ ");
}

TEST_F(PollerDiscoveryTest, WhatIsKnownFromBeforeIsNotTakenAgain) {
  appliance_.jobs = {{.id = "a", .completed = clock_.Now() + 1s}};
  Plan().known = {{"a", RefreshStatus::kCompleted, FakeClock::kStart, clock_.Now() + 1s}};
  RunFor(5min);
  EXPECT_EQ(Settled(), "");
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
    const FakeJob& job = appliance_.jobs.back();
    Plan().known.push_back({job.id, RefreshStatus::kCompleted, job.created, job.completed});
  }
  RunFor(1ms);
  std::set<std::string> left;
  for (const PollUpdate& update : listener_.updates) {
    left.insert(update.unwatched.begin(), update.unwatched.end());
  }
  EXPECT_EQ(left, (std::set<std::string>{"f2", "f3", "f4"}));
  EXPECT_TRUE(LastListing().is_truncated);
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
  EXPECT_EQ(Count("/found"), 1U);
  EXPECT_GE(Count("/mine"), 8U);
}

TEST_F(PollerDiscoveryTest, AListThatShiftsLosesNothingInTheNextWalks) {
  AddJobs("r", 250);
  int pages = 0;
  appliance_.fault = [&](const std::string& path) {
    if (path.find("?skip=") == std::string::npos || ++pages > 3)
      return FakeAppliance::MaybeAnswer();
    if (pages == 2) appliance_.jobs.erase(appliance_.jobs.begin());
    return FakeAppliance::MaybeAnswer();
  };
  RunFor(1ms);
  EXPECT_FALSE(LastListing().is_complete);
  RunFor(1min);
  EXPECT_TRUE(LastListing().is_complete);
  for (int i = 1; i < 250; ++i)
    EXPECT_TRUE(LastListing().refresh_ids.contains("r" + std::to_string(i)));
}

TEST_F(PollerDiscoveryTest, APageTooLargeIsAskedForSmaller) {
  AddJobs("r", 30);
  appliance_.fault = [&](const std::string& path) {
    return path.ends_with("limit=100") || path.ends_with("limit=50")
               ? FakeAppliance::MaybeAnswer(Result<HttpAnswer>(Fail(ErrorKind::kTooLarge, "large")))
               : std::nullopt;
  };
  RunFor(1ms);
  EXPECT_TRUE(LastListing().is_complete);
  EXPECT_EQ(LastListing().refresh_ids.size(), 30U);
}

TEST_F(PollerDiscoveryTest, AfterAListThatFailsEverythingIsAskedForByIdAndNoListForTenMinutes) {
  Plan().discovery.enabled = false;
  AddJobs("r", 20);
  for (const FakeJob& job : appliance_.jobs) Plan().refresh_ids.push_back(job.id);
  const FakeAppliance::MaybeAnswer faults[] = {StatusAnswer(404), StatusAnswer(500),
                                               JsonAnswer("<")};
  for (const auto& fault : faults) {
    poller_.reset();
    appliance_.fault = [&](const std::string& path) {
      return path.find('?') != std::string::npos ? fault : std::nullopt;
    };
    const std::size_t lists = Count("?");
    const std::size_t ids = Count("/r1");
    RunFor(9min);
    EXPECT_EQ(Count("?"), lists + 1);
    EXPECT_GE(Count("/r1"), ids + 36);
    RunFor(2min);
    EXPECT_EQ(Count("?"), lists + 2);
  }
}

TEST_F(PollerDiscoveryTest, AmongAHundredThousandFinishedAHundredAreAskedForByIdAlone) {
  Plan().discovery.enabled = false;
  for (const bool tells_total : {true, false}) {
    poller_.reset();
    Plan().known.clear();
    Plan().refresh_ids.clear();
    appliance_.jobs.clear();
    AddJobs("r", 100'100);
    for (int i = 0; i < 100'000; ++i) {
      FakeJob& job = appliance_.jobs[static_cast<std::size_t>(i)];
      job.completed = clock_.Now();
      Plan().known.push_back({job.id, RefreshStatus::kCompleted, job.created, job.completed});
    }
    for (const FakeJob& job : appliance_.jobs) Plan().refresh_ids.push_back(job.id);
    if (!tells_total) appliance_.total = [](std::uint64_t) { return std::nullopt; };
    RunFor(1ms);
    const std::size_t before = client_.paths().size();
    EXPECT_LE(Count("?"), tells_total ? 1U : 101U);
    RunFor(59s);
    EXPECT_EQ(client_.paths().size() - before, 400U);
  }
}

TEST_F(PollerDiscoveryTest, TheListServesManyWhereItTakesFewerRequests) {
  Plan().discovery.enabled = false;
  AddJobs("r", 250);
  for (const FakeJob& job : appliance_.jobs) Plan().refresh_ids.push_back(job.id);
  RunFor(1min);
  EXPECT_EQ(client_.paths().size(), 15U);
}

TEST_F(PollerDiscoveryTest, ManyAnswersAreHandedOverInParts) {
  Plan().discovery.enabled = false;
  AddJobs("r", 10'000);
  for (const FakeJob& job : appliance_.jobs) Plan().refresh_ids.push_back(job.id);
  RunFor(1s);
  std::size_t answers = 0;
  for (const PollUpdate& update : listener_.updates) {
    EXPECT_LE(update.answers.size(), 5000U);
    answers += update.answers.size();
  }
  EXPECT_GE(answers, 10'000U);
}

TEST_F(PollerDiscoveryTest, AListThatTakesLongerThanAPollIsStillTheOnlyWayAsked) {
  Plan().discovery.enabled = false;
  plan_.schedule.poll_interval = 1s;
  AddJobs("r", 2000);
  for (const FakeJob& job : appliance_.jobs) Plan().refresh_ids.push_back(job.id);
  client_.SetLatency([](const std::string&) { return Nanoseconds(200ms); });
  RunFor(1min);
  EXPECT_EQ(Count("/r"), Count("?skip=")) << "every path is a page of the list";
  EXPECT_GE(Count("?skip=1900&"), 10U);
}

TEST_F(PollerDiscoveryTest, WhatIsDueWhileALongListIsReadIsExpectedFromTheNextOne) {
  plan_.schedule.poll_interval = 1s;
  AddJobs("r", 300);
  for (FakeJob job : std::vector<FakeJob>(5000, {.id = "", .completed = clock_.Now() - 48h})) {
    job.id = "old" + std::to_string(appliance_.jobs.size());
    appliance_.jobs.push_back(job);
  }
  client_.SetLatency([](const std::string&) { return Nanoseconds(200ms); });
  RunFor(1min);
  EXPECT_EQ(Count("/refresh/"), 0U);
}

// The walk for the many at the head of the list ends with them, though one from its end came late,
// too: the long walk had met that one meanwhile.
TEST_F(PollerDiscoveryTest, WhatALongWalkMeetsIsNotExpectedFromTheNextOneAnyMore) {
  plan_.schedule.poll_interval = 1s;
  AddJobs("r", 300);
  for (int i = 0; i < 5000; ++i) {
    appliance_.jobs.push_back(
        {.id = "old" + std::to_string(i), .completed = clock_.Now() - 48h, .domains = {}});
  }
  appliance_.jobs.push_back({.id = "late"});
  client_.SetLatency([](const std::string&) { return Nanoseconds(200ms); });
  RunFor(500ms);
  poller_->SetRefreshIds(*Plan().family, {"late"});
  RunFor(11500ms);
  const auto is_last_page = [](const std::string& path) {
    return path.find("?skip=5300&") != std::string::npos;
  };
  auto path = std::ranges::find_if(client_.paths(), is_last_page);
  ASSERT_GE(client_.paths().end() - path, 5);
  for (const std::string_view page : {"?skip=0&", "?skip=100&", "?skip=200&", "?skip=0&"}) {
    EXPECT_THAT(*++path, testing::HasSubstr(page));
  }
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
  Plan().known = {{"a", RefreshStatus::kCompleted, FakeClock::kStart, FakeClock::kStart + 8s}};
  appliance_.jobs = {{.id = "a", .status = "completed"}};
  RunFor(1min);
  for (const PollUpdate& update : listener_.updates) {
    for (const RefreshAnswer& answer : update.answers) EXPECT_TRUE(answer.settled);
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
