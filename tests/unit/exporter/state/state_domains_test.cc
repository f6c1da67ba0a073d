// What the state keeps of domains: which refresh is the newest of each, when it counts, and what it
// ended with.

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "tests/unit/exporter/state/state_store_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class StateDomainsTest : public StateStoreFixture {};

TEST_F(StateDomainsTest, TheNewestRefreshOfADomainIsByCreationThenById) {
  Apply({Running("r2", {"d1"}, 1h), Running("r1", {"d1"}, 1h), Running("r3", {"d1"}, 0s)});
  EXPECT_EQ(NewestOf("d1"), "r2");
  RefreshAnswer undated = Running("r3", {"d2"});
  undated.refresh.created_at = std::nullopt;
  Apply({Running("r1", {"d1", "d2"}, 1h), undated});
  EXPECT_EQ(NewestOf("d2"), "r1") << "without a creation time it is the oldest";
}

TEST_F(StateDomainsTest, ARefreshWhoseCreationMovesBackIsNoLongerTheNewest) {
  Apply({Running("r1", {"d1"}, 2h), Running("r2", {"d1"}, 1h)});
  EXPECT_EQ(NewestOf("d1"), "r1");
  Apply({Running("r1", {"d1"}, 0s)});
  EXPECT_EQ(NewestOf("d1"), "r2");
  Apply({Running("r1", {"d1"}, 2h)});
  EXPECT_EQ(NewestOf("d1"), "r1");
}

TEST_F(StateDomainsTest, ADomainFallsBackToTheNewestOfTheRestAndLeavesWithTheLast) {
  Apply({Running("r1", {"d1"}, 1h), Running("r2", {"d1"}, 2h), Running("r3", {"d1"}, 3h)});
  Apply({Running("r3", {}, 3h)});
  EXPECT_EQ(NewestOf("d1"), "r2");
  Apply({Running("r2", {"d2"}, 2h), Running("r1", {"d2"}, 1h)});
  EXPECT_EQ(Domains(), Ids{"d2"});
  EXPECT_EQ(NewestOf("d2"), "r2");
}

TEST_F(StateDomainsTest, AnotherOrderOfTheSameDomainsChangesNothing) {
  Apply({Running("r1", {"d1", "d2", "d3"})});
  Apply({Running("r1", {"d3", "d1", "d2"})});
  EXPECT_EQ(Domains(), (Ids{"d1", "d2", "d3"}));
  EXPECT_EQ(OfDomain("d2", [](const DomainState& d) { return d.named_by; }), 1U);
}

TEST_F(StateDomainsTest, IdsThatNeedAlteringAreOneDomainWheneverTheyComeBack) {
  const std::string imitation(LabelValue("a\nb").text());
  const std::string altered(LabelValue(imitation).text());
  for (int i = 0; i < 2; ++i) {
    Apply({Running("r1", {"a\nb", imitation, "plain"})});
    EXPECT_EQ(Domains(), (Ids{imitation, altered, "plain"}));
  }
  Apply({Running("r1", {imitation, "a\nb", "plain"})});
  EXPECT_EQ(Domains(), (Ids{imitation, altered, "plain"}));
  Apply({Running("r1", {imitation})});
  EXPECT_EQ(Domains(), Ids{altered});
}

TEST_F(StateDomainsTest, ANewDomainWaitsForOneExpositionBeforeItCounts) {
  const auto nothing = [](const StateView&) {};
  EXPECT_TRUE(state.ReadForExposition(nothing));
  Apply({Running("r1", {})});
  Apply({Finished("r1", {"d1"})});
  state.Read(nothing);
  EXPECT_FALSE(state.ReadForExposition([&](const StateView& view) {
    const DomainState& domain = *view.targets[0].collectors[0].domains.begin();
    EXPECT_GT(domain.first_update, view.shown_updates);
  }));
  EXPECT_TRUE(state.ReadForExposition([&](const StateView& view) {
    const DomainState& domain = *view.targets[0].collectors[0].domains.begin();
    EXPECT_LE(domain.first_update, view.shown_updates);
  }));
}

TEST_F(StateDomainsTest, ADomainThatWasShownAtZeroCountsAtOnce) {
  Apply({Running("r1", {"d1"})});
  EXPECT_TRUE(state.ReadForExposition([](const StateView&) {})) << "nothing to count yet";
  Apply({Finished("r1", {"d1"})});
  EXPECT_TRUE(state.ReadForExposition([](const StateView&) {}));
}

TEST_F(StateDomainsTest, WhatWasFinishedWhenFirstSeenWaitsForNothing) {
  Apply({Finished("r1", {"d1"})});
  EXPECT_TRUE(state.ReadForExposition([](const StateView& view) {
    EXPECT_EQ(view.targets[0].collectors[0].domains.begin()->first_update, 0U);
  }));
}

TEST_F(StateDomainsTest, TheOldestFinishedRefreshDoesNotReplaceANewerOne) {
  Apply({Finished("r1", {"d1"}, 2h)});
  RefreshAnswer older = Finished("r2", {"d1"}, 1h);
  older.refresh.domains[0].status = DomainStatus::kFailed;
  Apply({older});
  EXPECT_EQ(OfDomain("d1", [](const DomainState& d) { return d.history.last_result; }),
            DomainResult::kCompleted);
  EXPECT_EQ(OfDomain("d1", [](const DomainState& d) { return d.history.completed_at(); }),
            FakeClock::kStart + 2h + 10s);
  EXPECT_EQ(OfDomain("d1", [](const DomainState& d) { return d.history.totals; }),
            (DomainEndCounts{1, 1, 0}));
}

TEST_F(StateDomainsTest, AnOlderSuccessDoesNotMoveTheLastSuccessBack) {
  Apply({Finished("r1", {"d1"}, 2h)});
  Apply({Finished("r2", {"d1"}, 1h)});
  EXPECT_EQ(OfDomain("d1", [](const DomainState& d) { return d.history.last_success_at; }),
            FakeClock::kStart + 2h + 10s);
}

TEST_F(StateDomainsTest, ADomainWithoutAResultKeepsItsLastOne) {
  Apply({Finished("r1", {"d1"}, 1h)});
  RefreshAnswer partial = Finished("r2", {"d1"}, 2h);
  partial.refresh.status = RefreshStatus::kPartial;
  partial.refresh.domains[0].status = DomainStatus::kUnknown;
  Apply({partial});
  EXPECT_EQ(OfDomain("d1", [](const DomainState& d) { return d.history.last_result; }),
            DomainResult::kCompleted);
  EXPECT_EQ(OfDomain("d1", [](const DomainState& d) { return d.history.totals; }),
            (DomainEndCounts{1, 0, 0}));
}

}  // namespace
}  // namespace cckm
