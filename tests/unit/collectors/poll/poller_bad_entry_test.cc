// Lists some entries of which nobody can read: how they are read.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/collectors/poll/poller_discovery_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class PollerBadEntryTest : public PollerDiscoveryTest {
 protected:
  // An entry that spoils the page it is on: nobody can tell where it ends.
  void Spoil(std::size_t place) { appliance_.jobs[place].id = "x\",\"open\":{\"y"; }

  std::uint64_t Errors(ErrorKind kind) const {
    std::uint64_t errors = 0;
    for (const PollUpdate& update : listener_.updates) {
      errors += update.error_counts[static_cast<std::size_t>(kind)];
    }
    return errors;
  }
};

TEST_F(PollerBadEntryTest, AroundAnEntryThatSpoilsItsPageTheOthersAreRead) {
  AddJobs("r", 250);
  Spoil(0);
  Spoil(130);
  Spoil(249);
  RunFor(1ms);
  EXPECT_EQ(LastListing().refresh_ids.size(), 247U);
  EXPECT_TRUE(LastListing().has_unreadable_entries);
  EXPECT_EQ(Errors(ErrorKind::kJson), 3U);
  EXPECT_TRUE(listener_.Ends().back().up);
  EXPECT_LE(Count("?"), 45U);
}

TEST_F(PollerBadEntryTest, AListThatCannotBeReadAtAllIsGivenUpSoon) {
  AddJobs("r", 250);
  for (std::size_t i = 0; i < 250; ++i) Spoil(i);
  RunFor(1ms);
  EXPECT_FALSE(LastListing().is_complete);
  EXPECT_LE(Count("?"), 40U);
  EXPECT_FALSE(listener_.Ends().back().up);
}

TEST_F(PollerBadEntryTest, AnEntryThatIsTooLargeTakesNothingFromTheOthers) {
  AddJobs("r", 10);
  appliance_.fault = [&](const std::string& path) {
    const std::size_t query = path.find("?skip=");
    if (query == std::string::npos) return FakeAppliance::MaybeAnswer();
    const std::size_t skip = std::stoul(path.substr(query + 6));
    const std::size_t limit = std::stoul(path.substr(path.find("limit=") + 6));
    const bool holds_it = skip <= 5 && 5 < skip + limit;
    return holds_it ? FakeAppliance::MaybeAnswer(
                          Result<HttpResponse>(Fail(ErrorKind::kTooLarge, "too large")))
                    : FakeAppliance::MaybeAnswer();
  };
  RunFor(1ms);
  EXPECT_EQ(LastListing().refresh_ids.size(), 9U);
  EXPECT_EQ(Errors(ErrorKind::kTooLarge), 1U);
}

TEST_F(PollerBadEntryTest, WhatCannotBeReadDoesNotCountAsGone) {
  const WallTime ended = clock_.Now() - 1h;
  appliance_.jobs = {{.id = "a", .created = ended - 1h, .completed = ended},
                     {.id = "b", .created = ended - 1h, .completed = ended}};
  RunFor(1ms);
  appliance_.jobs[1].status = "completed\",\"id\":\"b";
  RunFor(3min);
  EXPECT_TRUE(LastListing().has_unreadable_entries);
  appliance_.jobs[1].status.clear();
  RunFor(3min);
  EXPECT_EQ(FinalAnswers(), "a- b- ") << "nothing is discovered again";
}

TEST_F(PollerBadEntryTest, ADoubledKeyIsAnAnomalyOfItsRefresh) {
  AddJobs("r", 3);
  appliance_.jobs[1].status = "failed\",\"overall_status\":\"completed";
  RunFor(1ms);
  std::string anomalies;
  for (const PollUpdate& update : listener_.updates) {
    for (const RefreshAnswer& answer : update.answers) {
      if (answer.refresh.anomalies.Has(Anomaly::kDuplicateKey)) anomalies += answer.refresh.id;
    }
  }
  EXPECT_EQ(anomalies, "r1");
  EXPECT_EQ(Errors(ErrorKind::kSchema), 1U);
}

TEST_F(PollerBadEntryTest, ADomainThatCannotBeReadMakesNoOtherOneGo) {
  Plan().domain_names = true;
  AddJobs("r", 1);
  appliance_.domains = {R"({"id":"d1"})", R"({"id":"d2","name":"\ud800"})", R"({"id":"d3"})"};
  RunFor(1ms);
  const auto listing = std::ranges::find_if(listener_.updates, [](const PollUpdate& update) {
    return update.domain_listing.has_value();
  });
  ASSERT_NE(listing, listener_.updates.end());
  EXPECT_EQ(listing->domain_listing->domains.size(), 2U);
  EXPECT_FALSE(listing->domain_listing->is_complete);
  EXPECT_EQ(Errors(ErrorKind::kJson), 1U);
  EXPECT_TRUE(listener_.Ends().back().up);
}

}  // namespace
}  // namespace cckm
