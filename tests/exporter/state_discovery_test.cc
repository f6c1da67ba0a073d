// Which refreshes and domains are shown, where they are discovered.

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "exporter/state/state_store.h"
#include "tests/exporter/state_updates.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class StateDiscoveryTest : public ::testing::Test {
 protected:
  void Take(std::vector<RefreshAnswer> answers, bool is_new = true) {
    std::size_t settled = 0;
    for (const RefreshAnswer& answer : answers) settled += answer.settled ? 1 : 0;
    PollUpdate update = UpdateOf("cm", "dsm", std::move(answers));
    update.at = clock_.SteadyNow();
    update.wall_time = clock_.Now();
    update.ended = PollSummary{.up = true, .ended_at = clock_.Now()};
    static_cast<void>(state_.Apply(update, std::vector<bool>(settled, is_new)));
  }
  void TakeDomains(const std::vector<std::string>& ids, bool is_complete = true) {
    PollUpdate update = UpdateOf("cm", "dsm");
    update.domain_listing = DomainListing{.is_complete = is_complete, .domains = {}};
    for (const std::string& id : ids) update.domain_listing->domains.push_back({id, "n", ""});
    static_cast<void>(state_.Apply(update, {}));
  }
  void TakeList(bool is_complete) {
    PollUpdate update = UpdateOf("cm", "dsm");
    update.listing =
        RefreshListing{.is_complete = is_complete, .is_truncated = false, .refresh_ids = {}};
    static_cast<void>(state_.Apply(update, {}));
  }
  // "r1 | d1=completed:2": refreshes, and domains with their state and how often they completed.
  std::string Shown() {
    std::string text;
    state_.Read([&](const StateView& view) {
      const TargetState& target = view.targets[0];
      for (const RefreshState& refresh : target.collectors[0].refreshes) {
        text += refresh.id.text() + " ";
      }
      text += "|";
      for (const DomainState& domain : target.collectors[0].domains) {
        text += " " + domain.id.text() + "=";
        text += kDomainShownNames[ShownStatus(domain, target.options, view.now)];
        text += ":" + std::to_string(domain.history.totals[0]);
      }
    });
    return text;
  }

  FakeClock clock_;
  const BucketBounds bounds_{{1, 60}};
  StateStore state_{{{.options = {.name = "cm", .stale_after = 240h, .max_series = 1000},
                      .collectors = {{.family = FindFamily("dsm"), .discovers = true}}}},
                    bounds_,
                    clock_};
};

TEST_F(StateDiscoveryTest, ADiscoveredRefreshLeavesADayAfterItsEndUnlessItIsTheNewestOfADomain) {
  Take({Finished("r1", {"d1"}), Finished("r2", {"d1"}, 1s), Finished("r3", {"d2"})});
  clock_.Advance(24h + 9s);
  Take({});
  EXPECT_EQ(Shown(), "r1 r2 r3 | d1=completed:2 d2=completed:1");
  clock_.Advance(1s);
  Take({});
  EXPECT_EQ(Shown(), "r2 r3 | d1=completed:2 d2=completed:1");
}

TEST_F(StateDiscoveryTest, AnAnswerThatSaysNothingBringsBackNoRefresh) {
  RefreshAnswer gone = WithoutAnswer("r2");
  gone.kind = RefreshAnswer::Kind::kNotFound;
  Take({WithoutAnswer("r1"), gone});
  EXPECT_EQ(Shown(), "|");
}

TEST_F(StateDiscoveryTest, ADomainThatIsGoneComesBackWithItsCountersWhenANewRefreshNamesIt) {
  Take({Finished("r1", {"d1"})});
  TakeDomains({"d2"});
  EXPECT_EQ(Shown(), "r1 |");
  clock_.Advance(48h);
  Take({});
  EXPECT_EQ(Shown(), "|");
  Take({Finished("r1", {"d1"})}, false);
  EXPECT_EQ(Shown(), "|");
  Take({Running("r2", {"d1"}, 1min)});
  EXPECT_EQ(Shown(), "r2 | d1=in_progress:1");
}

TEST_F(StateDiscoveryTest, WhatFinishesForADomainThatIsGoneIsCountedWhereItComesBack) {
  Take({Running("r1", {"d1"})});
  TakeDomains({"d2"});
  Take({Finished("r1", {"d1"})});
  EXPECT_EQ(Shown(), "r1 |");
  Take({Running("r2", {"d1"}, 1min)});
  EXPECT_EQ(Shown(), "r1 r2 | d1=in_progress:1");
}

TEST_F(StateDiscoveryTest, ACompleteListOfDomainsReplacesTheOneBefore) {
  TakeDomains({"d1", "d2", "d3"});
  Take({Running("r1", {"d1"})});
  TakeDomains({"d3"});
  EXPECT_EQ(Shown(), "r1 |");
  TakeList(true);
  EXPECT_EQ(Shown(), "r1 | d3=never:0");
}

TEST_F(StateDiscoveryTest, AnIncompleteListOfDomainsRemovesNothing) {
  Take({Finished("r1", {"d1"})});
  TakeDomains({"d2"}, false);
  EXPECT_EQ(Shown(), "r1 | d1=completed:1");
}

TEST_F(StateDiscoveryTest, ADomainThatNoRefreshNamesAnyMoreStaysOnlyIfItIsListed) {
  TakeDomains({"d2"}, false);
  TakeList(true);
  Take({Running("r1", {"d1", "d2"})});
  EXPECT_EQ(Shown(), "r1 | d2=in_progress:0 d1=in_progress:0");
  Take({Running("r1", {})});
  EXPECT_EQ(Shown(), "r1 | d2=never:0");
}

TEST_F(StateDiscoveryTest, NeverIsShownOnlyWhileTheListOfRefreshesIsComplete) {
  TakeDomains({"d1", "d2"});
  EXPECT_EQ(Shown(), "|");
  TakeList(true);
  EXPECT_EQ(Shown(), "| d1=never:0 d2=never:0");
  Take({Running("r1", {"d1"})});
  EXPECT_EQ(Shown(), "r1 | d1=in_progress:0 d2=never:0");
  TakeList(false);
  EXPECT_EQ(Shown(), "r1 | d1=in_progress:0");
}

TEST_F(StateDiscoveryTest, ADomainThatWasNotShownForAWhileStillHasItsName) {
  const auto name = [this] {
    std::string found;
    state_.Read([&](const StateView& view) {
      for (const DomainState& domain : view.targets[0].collectors[0].domains) {
        found += domain.name.text();
      }
    });
    return found;
  };
  TakeDomains({"d1"});
  TakeList(true);
  TakeList(false);
  EXPECT_EQ(Shown(), "|");
  TakeList(true);
  EXPECT_EQ(Shown(), "| d1=never:0");
  EXPECT_EQ(name(), "n");
  TakeList(false);
  Take({Running("r1", {"d1"})});
  EXPECT_EQ(name(), "n");
}

TEST_F(StateDiscoveryTest, NeverIsShownOfNoDomainThatARefreshMayNameThatIsNotWatched) {
  TakeDomains({"d1", "d2"});
  PollUpdate update = UpdateOf("cm", "dsm");
  update.listing = RefreshListing{.is_complete = true, .left_out_domains = {"d1"}};
  static_cast<void>(state_.Apply(update, {}));
  EXPECT_EQ(Shown(), "| d2=never:0");
  update.listing = RefreshListing{.is_complete = true, .has_unreadable_entries = true};
  static_cast<void>(state_.Apply(update, {}));
  EXPECT_EQ(Shown(), "|");
}

TEST_F(StateDiscoveryTest, ADiscoveredRefreshThatIsGoneLeavesItsDomainAsLastKnown) {
  Take({Running("r1", {"d1"})});
  RefreshAnswer gone = WithoutAnswer("r1");
  gone.kind = RefreshAnswer::Kind::kNotFound;
  PollUpdate update = UpdateOf("cm", "dsm", {gone});
  update.unwatched = {"r1"};
  static_cast<void>(state_.Apply(update, {}));
  clock_.Advance(1000h);
  Take({});
  EXPECT_EQ(Shown(), "r1 | d1=in_progress:0");
}

TEST_F(StateDiscoveryTest, ConfiguredRefreshesStayAndOthersLeaveAsDiscoveredOnes) {
  Take({Finished("r1", {"d1"}), Finished("r2", {"d1"}, 1s)});
  state_.SetRefreshIds("cm", *FindFamily("dsm"), {"r1"}, 0);
  clock_.Advance(1000h);
  Take({});
  EXPECT_EQ(Shown(), "r1 r2 | d1=completed:2");
  state_.SetRefreshIds("cm", *FindFamily("dsm"), {}, 0);
  EXPECT_EQ(Shown(), "r2 | d1=completed:2");
}

}  // namespace
}  // namespace cckm
