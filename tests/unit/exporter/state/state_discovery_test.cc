// Which refreshes and domains are shown, where they are discovered.

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "exporter/state/state_store.h"
#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class StateDiscoveryTest : public ::testing::Test {
 protected:
  void Take(std::vector<RefreshAnswer> answers, bool is_new = true) {
    PollUpdate update = UpdateOf("cm", "dsm", std::move(answers));
    update.at = clock_.SteadyNow();
    update.wall_time = clock_.Now();
    update.ended = PollSummary{.up = true, .ended_at = clock_.Now()};
    static_cast<void>(state_.Apply(is_new ? Counted(update) : update));
  }
  void TakeDomains(const std::vector<std::string>& ids, bool is_complete = true) {
    PollUpdate update = UpdateOf("cm", "dsm");
    update.domain_listing = DomainListing{.is_complete = is_complete, .domains = {}};
    for (const std::string& id : ids) update.domain_listing->domains.push_back({id, "n", ""});
    static_cast<void>(state_.Apply(update));
  }
  void TakeList(bool is_complete) {
    PollUpdate update = UpdateOf("cm", "dsm");
    update.listing =
        RefreshListing{.is_complete = is_complete, .is_truncated = false, .refresh_ids = {}};
    static_cast<void>(state_.Apply(update));
  }
  std::size_t Unlisted() {
    std::size_t count = 0;
    state_.Read(
        [&](const StateView& view) { count = CountUnlisted(view.targets[0].collectors[0]); });
    return count;
  }
  // "r1 | d1=completed:2": refreshes, and domains with their state and how often they completed.
  std::string Shown() {
    std::string text;
    state_.Read([&](const StateView& view) {
      const TargetState& target = view.targets[0];
      for (const RefreshState& refresh : target.collectors[0].refreshes) {
        text.append(refresh.id.text()) += ' ';
      }
      text += "|";
      for (const DomainState& domain : target.collectors[0].domains) {
        text.append(" ").append(domain.id.text()) += '=';
        text += kDomainShownNames[ShownStatus(domain, target.options, view.now)];
        text += ":" + std::to_string(domain.history.totals[0]);
      }
    });
    return text;
  }

  FakeClock clock_;
  const BucketBounds bounds_{{1, 60}};
  StateStore state_{{{.options = {.name = "cm", .shown = {.stale_after = 240h, .max_series = 1000}},
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
  TakeDomains({"d1", "d2"});
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
  TakeDomains({"d1", "d2"});
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

TEST_F(StateDiscoveryTest, ADomainThatNoListEverHadStaysAndCountsAsUnlisted) {
  Take({Finished("r1", {"d1", "d2"})});
  EXPECT_EQ(Unlisted(), 0U) << "without a list";
  TakeDomains({"other1", "other2"}, false);
  EXPECT_EQ(Unlisted(), 0U) << "an incomplete one";
  TakeDomains({"other1", "other2"});
  EXPECT_EQ(Shown(), "r1 | d1=completed:1 d2=completed:1");
  EXPECT_EQ(Unlisted(), 2U);
  TakeDomains({"other1", "d2"});
  EXPECT_EQ(Unlisted(), 1U);
}

TEST_F(StateDiscoveryTest, AnEmptyListOfDomainsRemovesNothing) {
  Take({Finished("r1", {"d1"})});
  TakeDomains({});
  EXPECT_EQ(Shown(), "r1 | d1=completed:1");
  EXPECT_EQ(Unlisted(), 1U);
}

TEST_F(StateDiscoveryTest, AListOfDomainsThatBecomesEmptyTakesAwayOnlyWhatNoRefreshNames) {
  TakeList(true);
  TakeDomains({"d1", "d2"});
  Take({Finished("r1", {"d1"})});
  EXPECT_EQ(Shown(), "r1 | d1=completed:1 d2=never:0");
  TakeDomains({});
  EXPECT_EQ(Shown(), "r1 | d1=completed:1");
  EXPECT_EQ(Unlisted(), 1U);
  TakeDomains({"d2"});
  EXPECT_EQ(Shown(), "r1 | d2=never:0");
  EXPECT_EQ(Unlisted(), 0U);
}

TEST_F(StateDiscoveryTest, AnIncompleteListTakesNoListedDomainAway) {
  TakeDomains({"d1", "d2"});
  Take({Finished("r1", {"d1"})});
  TakeDomains({"d2"}, false);
  EXPECT_EQ(Shown(), "r1 | d1=completed:1");
  EXPECT_EQ(Unlisted(), 0U);
}

TEST_F(StateDiscoveryTest, ADomainThatWasListedBeforeARestartLeavesWhenTheListHasItNoMore) {
  for (const bool was_listed : {true, false}) {
    auto memory = std::make_shared<CollectorMemory>(
        CollectorMemory{.durations = EmptyRefreshDurations(bounds_)});
    memory->refreshes = {Finished("r1", {"d1"})};
    DomainHistory history(bounds_);
    history.was_listed = was_listed;
    memory->domains.emplace_back("d1", std::move(history));
    state_.RemoveTarget("cm");
    state_.SetTarget(
        {.options = {.name = "cm", .shown = {.stale_after = 240h, .max_series = 1000}},
         .collectors = {
             {.family = FindFamily("dsm"), .discovers = true, .memory = std::move(memory)}}});
    EXPECT_EQ(Shown(), "r1 | d1=completed:0") << "until a list is read";
    TakeDomains({});
    EXPECT_EQ(Shown(), "r1 | d1=completed:0");
    TakeDomains({"d2"});
    EXPECT_EQ(Shown(), was_listed ? "r1 |" : "r1 | d1=completed:0");
  }
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
  static_cast<void>(state_.Apply(update));
  EXPECT_EQ(Shown(), "| d2=never:0");
  Take({});
  update.listing = RefreshListing{.is_complete = true};
  static_cast<void>(state_.Apply(update));
  EXPECT_EQ(Shown(), "| d2=never:0 d1=never:0") << "once nothing is left out";
  update.listing = RefreshListing{.is_complete = true, .has_unreadable_entries = true};
  static_cast<void>(state_.Apply(update));
  EXPECT_EQ(Shown(), "|");
}

TEST_F(StateDiscoveryTest, RoomThatAnotherFamilyGivesUpIsTakenWithTheNextPollThatFindsNothingNew) {
  state_.SetTarget({.options = {.name = "cm", .shown = {.max_series = 1000, .max_domains = 2}},
                    .collectors = {{.family = FindFamily("dsm"), .discovers = true},
                                   {.family = FindFamily("external-cm"), .discovers = true}}});
  PollUpdate other = UpdateOf("cm", "external-cm", {Running("x", {"o1", "o2"})});
  static_cast<void>(state_.Apply(other));
  TakeDomains({"d1"});
  TakeList(true);
  Take({});
  EXPECT_EQ(Shown(), "|");
  other.answers = {Running("x", {"o1"})};
  other.ended = PollSummary{.up = true};
  static_cast<void>(state_.Apply(other));
  Take({});
  EXPECT_EQ(Shown(), "| d1=never:0");
}

TEST_F(StateDiscoveryTest, ADiscoveredRefreshThatIsGoneLeavesItsDomainAsLastKnown) {
  Take({Running("r1", {"d1"})});
  RefreshAnswer gone = WithoutAnswer("r1");
  gone.kind = RefreshAnswer::Kind::kNotFound;
  PollUpdate update = UpdateOf("cm", "dsm", {gone});
  update.unwatched = {"r1"};
  static_cast<void>(state_.Apply(update));
  clock_.Advance(1000h);
  Take({});
  EXPECT_EQ(Shown(), "r1 | d1=in_progress:0");
}

TEST_F(StateDiscoveryTest, OneThatVanishedFromTheListIsShownAsLongAsOthersAndOneThatMadeRoomIsNot) {
  Take({Finished("r1", {}), Finished("r2", {})});
  PollUpdate update = UpdateOf("cm", "dsm");
  update.vanished = {"r1"};
  update.unwatched = {"r2"};
  static_cast<void>(state_.Apply(update));
  EXPECT_EQ(Shown(), "r1 |");
  clock_.Advance(24h + 10s);
  Take({});
  EXPECT_EQ(Shown(), "|");
}

// One that was created `created` after the start and ended for nobody knows which domains.
RefreshAnswer Ended(const std::string& id, RefreshStatus status, std::uint64_t units,
                    Nanoseconds created = {}) {
  RefreshAnswer answer = Finished(id, {}, created);
  answer.refresh.status = status;
  answer.refresh.units = units;
  return answer;
}

TEST_F(StateDiscoveryTest, AFailureForUnknownDomainsIsShownForADayWhateverElseFinishes) {
  Take({Ended("bad", RefreshStatus::kFailed, 7, 1min)});
  Take({Ended("r1", RefreshStatus::kCompleted, 8, 2min), Finished("r2", {"d1"}, 2min),
        Ended("r3", RefreshStatus::kCompleted, 7), Ended("r4", RefreshStatus::kFailed, 7, 3min),
        Ended("r5", RefreshStatus::kPartial, 7, 3min)});
  EXPECT_EQ(Shown(), "bad r1 r2 r3 r4 r5 | d1=completed:1");
  clock_.Advance(24h + 69s);
  Take({});
  EXPECT_TRUE(Shown().starts_with("bad "));
  clock_.Advance(1s);
  Take({});
  EXPECT_FALSE(Shown().starts_with("bad "));
}

TEST_F(StateDiscoveryTest, AFailureForUnknownDomainsLeavesWhenTheSameUnitsCompletedLater) {
  Take({Ended("bad", RefreshStatus::kFailed, 7, 1min), Ended("other", RefreshStatus::kFailed, 8),
        Ended("unknown", RefreshStatus::kFailed, 0)});
  Take({Ended("good", RefreshStatus::kCompleted, 7, 2min),
        Ended("r", RefreshStatus::kCompleted, 0, 2min)});
  EXPECT_EQ(Shown(), "other unknown good r |");
}

TEST_F(StateDiscoveryTest, AConfiguredFailureForUnknownDomainsStaysShown) {
  state_.SetRefreshIds("cm", *FindFamily("dsm"), {"bad"}, 0);
  Take({Ended("bad", RefreshStatus::kFailed, 7)});
  Take({Ended("good", RefreshStatus::kCompleted, 7, 2min)});
  EXPECT_EQ(Shown(), "bad good |");
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
