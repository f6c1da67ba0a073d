// What a target has no room for is counted, and kept by nobody.

#include "exporter/state/domain_gate.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "exporter/state/state_store.h"
#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class DomainGateTest : public ::testing::Test {
 protected:
  static TargetSetup Setup(std::size_t max_domains) {
    return {
        .options = {.name = "cm",
                    .shown = {.stale_after = 240h, .max_series = 1000, .max_domains = max_domains}},
        .collectors = {{.family = FindFamily("dsm"), .discovers = true},
                       {.family = FindFamily("external-cm"), .discovers = true}}};
  }

  // Lets the answers through as an update, and returns the ids of their domains that are left.
  std::string Take(std::vector<RefreshAnswer> answers, std::string_view family = "dsm") {
    PollUpdate update = UpdateOf("cm", family, std::move(answers));
    update.ended = PollSummary{.up = true, .ended_at = clock_.Now()};
    state_.LeaveOutDomains(update);
    std::string left;
    for (const RefreshAnswer& answer : update.answers) {
      for (const DomainRefresh& named : answer.refresh.domains) left += named.domain_id + " ";
    }
    static_cast<void>(state_.Apply(Counted(update)));
    return left;
  }
  void TakeLists(const std::vector<std::string>& domains) {
    PollUpdate update = UpdateOf("cm", "dsm");
    update.listing = RefreshListing{.is_complete = true};
    update.domain_listing = DomainListing{.is_complete = true, .domains = {}};
    for (const std::string& id : domains) update.domain_listing->domains.push_back({id, "", ""});
    static_cast<void>(state_.Apply(update));
  }
  // "d1 d2 | 7": domains that are held of dsm, and how many are left out.
  std::string Held(std::size_t collector = 0) {
    std::string text;
    state_.Read([&](const StateView& view) {
      const CollectorState& shown = view.targets[0].collectors[collector];
      for (const DomainState& domain : shown.domains) text.append(domain.id.text()) += ' ';
      text += "| " + std::to_string(shown.dropped_domains);
    });
    return text;
  }

  FakeClock clock_;
  const BucketBounds bounds_{{1, 60}};
  StateStore state_{{Setup(3)}, bounds_, clock_};
};

TEST_F(DomainGateTest, TheFirstDomainsAreHeldAndTheOthersOnlyCounted) {
  EXPECT_EQ(Take({Running("r1", {"d1", "d2", "d3", "d4", "d5"})}), "d1 d2 d3 ");
  EXPECT_EQ(Held(), "d1 d2 d3 | 2");
  state_.Read([](const StateView& view) {
    const RefreshState& refresh = *view.targets[0].collectors[0].refreshes.begin();
    EXPECT_EQ(refresh.domains.size(), 3U);
    EXPECT_EQ(refresh.left_out->counts, (LeftOutDomains{.counts = {2}, .marks = {}}).counts);
  });
}

TEST_F(DomainGateTest, ADomainThatIsHeldIsNeverLeftOutWhereverItIsNamed) {
  Take({Running("r1", {"d1", "d2", "d3"})});
  EXPECT_EQ(Take({Finished("r2", {"x1", "x2", "d2", "x3", "d1"})}), "d2 d1 ");
  EXPECT_EQ(Held(), "d1 d2 d3 | 3");
}

TEST_F(DomainGateTest, ADomainThatSeveralRefreshesNameIsLeftOutOnce) {
  Take({Running("r1", {"d1", "d2", "d3", "x1", "x2"}), Running("r2", {"x2", "x3", "d1"})});
  EXPECT_EQ(Held(), "d1 d2 d3 | 3");
}

TEST_F(DomainGateTest, WhatLeavesMakesRoom) {
  Take({Running("r1", {"d1", "d2", "d3", "d4"})});
  Take({Running("r1", {"d1", "d4"})});
  EXPECT_EQ(Held(), "d1 | 1") << "until the update after it";
  Take({Running("r1", {"d1", "d4"})});
  EXPECT_EQ(Held(), "d1 d4 | 0");
}

TEST_F(DomainGateTest, CollectorsOfATargetShareTheRoom) {
  Take({Running("r1", {"d1", "d2"})});
  EXPECT_EQ(Take({Running("r1", {"d1", "d2"})}, "external-cm"), "d1 ");
  EXPECT_EQ(Held(0), "d1 d2 | 0");
  EXPECT_EQ(Held(1), "d1 | 1");
}

TEST_F(DomainGateTest, DomainsThatWereNeverRefreshedMakeRoomForThoseThatAre) {
  TakeLists({"n1", "n2", "n3", "n4"});
  EXPECT_EQ(Held(), "n1 n2 n3 | 0");
  Take({Running("r1", {"d1", "n3"})});
  EXPECT_EQ(Held(), "n1 n3 d1 | 0");
  Take({Running("r2", {"d2", "d3"})});
  EXPECT_EQ(Held(), "n3 d1 d2 | 1");
}

TEST_F(DomainGateTest, IdsThatAreNoLabelsAreTheSameDomainWhereverTheyAreNamed) {
  const std::string odd = "odd\n";
  Take({Running("r1", {"d1", odd, "d2", "d3"})});
  EXPECT_EQ(Take({Running("r2", {"d4", odd})}), odd + " ");
}

TEST_F(DomainGateTest, WhatALedgerHoldsBeyondALowerLimitIsLeftOutBesidesWhatWasBefore) {
  for (const std::uint32_t before : {0U, 4U}) {
    TargetSetup setup = Setup(2);
    setup.options.name = "other";
    RefreshAnswer held = Finished("r1", {"d1", "d2", "d3"});
    held.left_out.counts = {0, 0, before, 0, 0};
    setup.collectors[0].memory = std::make_shared<CollectorMemory>(CollectorMemory{
        .durations = EmptyRefreshDurations(bounds_), .refreshes = {std::move(held)}});
    StateStore other({setup}, bounds_, clock_);
    other.Read([&](const StateView& view) {
      const CollectorState& collector = view.targets[0].collectors[0];
      EXPECT_EQ(collector.domains.size(), 2U);
      EXPECT_EQ(collector.dropped_domains, 1U + before);
      EXPECT_EQ(collector.refreshes.begin()->left_out->counts, (DomainCounts{0, 1, before, 0, 0}));
    });
  }
}

TEST_F(DomainGateTest, WhatALedgerHoldsWithinTheLimitIsHeldAgainWhicheverRefreshesNameIt) {
  TargetSetup setup = Setup(4);
  setup.options.name = "other";
  std::vector<RefreshAnswer> refreshes;
  for (const std::string number : {"1", "2", "3", "4", "5"}) {
    refreshes.push_back(Finished("r" + number, {"d" + number}));
  }
  setup.collectors[0].memory = std::make_shared<CollectorMemory>(CollectorMemory{
      .durations = EmptyRefreshDurations(bounds_), .refreshes = std::move(refreshes)});
  state_.RemoveTarget("cm");
  state_.SetTarget(std::move(setup));
  EXPECT_EQ(Held(), "d1 d2 d3 d4 | 1");
}

TEST_F(DomainGateTest, AHundredThousandDomainsOfARefreshAreCountedAndNotCompared) {
  std::vector<std::string> domains;
  for (int i = 0; i < 100'003; ++i) domains.push_back(std::to_string(i));
  Take({Running("r1", domains)});
  Take({Running("r2", domains)});
  EXPECT_EQ(Held(), "0 1 2 | 200000");
  state_.Read([](const StateView& view) {
    for (const RefreshState& refresh : view.targets[0].collectors[0].refreshes) {
      EXPECT_TRUE(refresh.left_out->marks.empty());
    }
  });
}

}  // namespace
}  // namespace cckm
