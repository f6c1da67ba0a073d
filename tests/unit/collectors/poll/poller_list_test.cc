// Long and odd lists, and the list in the place of many requests, over a fake network and clock.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/collectors/poll/poller_discovery_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class PollerListTest : public PollerDiscoveryTest {};

TEST_F(PollerListTest, AListThatShiftsLosesNothingInTheNextReadings) {
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
  const IdList listed = LastListing().refresh_ids;
  for (int i = 1; i < 250; ++i) EXPECT_EQ(std::ranges::count(listed, "r" + std::to_string(i)), 1);
}

TEST_F(PollerListTest, AListThatCannotBeReadOnEndsWithWhatItTold) {
  AddJobs("r", 250);
  appliance_.fault = [&](const std::string&) {
    token_.Take({ErrorKind::kAuth, "the token file is gone"});
    return FakeAppliance::MaybeAnswer();
  };
  RunFor(1ms);
  EXPECT_TRUE(listener_.Ends().back().up);
  EXPECT_FALSE(LastListing().is_complete);
  EXPECT_EQ(LastListing().refresh_ids.size(), 100U);
}

TEST_F(PollerListTest, APageTooLargeIsAskedForSmaller) {
  AddJobs("r", 30);
  appliance_.fault = [&](const std::string& path) {
    return path.ends_with("limit=100") || path.ends_with("limit=50")
               ? FakeAppliance::MaybeAnswer(
                     Result<HttpResponse>(Fail(ErrorKind::kTooLarge, "large")))
               : std::nullopt;
  };
  RunFor(1ms);
  EXPECT_TRUE(LastListing().is_complete);
  EXPECT_EQ(LastListing().refresh_ids.size(), 30U);
}

TEST_F(PollerListTest, AfterAListThatFailsEverythingIsAskedForByIdAndNoListForTenMinutes) {
  Plan().discovery.enabled = false;
  AddJobs("r", 20);
  for (const FakeJob& job : appliance_.jobs) Plan().refresh_ids.push_back(job.id);
  const FakeAppliance::MaybeAnswer faults[] = {NotFoundAnswer(), StatusAnswer(500),
                                               JsonAnswer("<")};
  for (const auto& fault : faults) {
    poller_.reset();
    appliance_.fault = [&](const std::string& path) {
      return path.find('?') != std::string::npos ? fault : std::nullopt;
    };
    const std::size_t lists = Count("?");
    const std::size_t ids = Count("/r1");
    RunFor(9min);
    const std::size_t tries = (*fault)->status == 404 ? 2 : 1;  // what is news is asked for again
    EXPECT_EQ(Count("?"), lists + tries);
    EXPECT_GE(Count("/r1"), ids + 36);
    RunFor(2min);
    EXPECT_EQ(Count("?"), lists + tries + 1);
  }
}

TEST_F(PollerListTest, AmongAHundredThousandFinishedAHundredAreAskedForByIdAlone) {
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
      Plan().known.push_back(Known(job));
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

TEST_F(PollerListTest, OfTwiceAHundredThousandWatchedAndMoreTheListTellsAll) {
  Plan().discovery.enabled = false;
  AddJobs("r", 200'300);
  for (const FakeJob& job : appliance_.jobs) Plan().refresh_ids.push_back(job.id);
  RunFor(5s);
  EXPECT_GE(Count("?"), 2'003U);
  EXPECT_EQ(Count("?"), client_.paths().size()) << "none by id";
}

TEST_F(PollerListTest, TheListServesManyWhereItTakesFewerRequests) {
  Plan().discovery.enabled = false;
  AddJobs("r", 250);
  for (const FakeJob& job : appliance_.jobs) Plan().refresh_ids.push_back(job.id);
  RunFor(1min);
  EXPECT_EQ(client_.paths().size(), 15U);
}

TEST_F(PollerListTest, ManyAnswersAreHandedOverInParts) {
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

TEST_F(PollerListTest, AListThatTakesLongerThanAPollIsStillTheOnlyWayAsked) {
  Plan().discovery.enabled = false;
  plan_.schedule.poll_interval = 1s;
  AddJobs("r", 2000);
  for (const FakeJob& job : appliance_.jobs) Plan().refresh_ids.push_back(job.id);
  client_.SetLatency([](const std::string&) { return Nanoseconds(200ms); });
  RunFor(1min);
  EXPECT_EQ(Count("/r"), Count("?skip=")) << "every path is a page of the list";
  EXPECT_GE(Count("?skip=1900&"), 10U);
}

TEST_F(PollerListTest, WhatIsDueWhileALongListIsReadIsExpectedFromTheNextOne) {
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

// The reading of the list for the many at the head of the list ends with them, though one from its
// end came late, too: the long reading had met that one meanwhile.
TEST_F(PollerListTest, WhatALongListMeetsIsNotExpectedFromTheNextOneAnyMore) {
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

}  // namespace
}  // namespace cckm
