// Which domains nobody needs any more, and what the state remembers of those that are not shown.

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <set>
#include <string>

#include "exporter/state/state_store.h"
#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class UnneededDomainsTest : public ::testing::Test {
 protected:
  UnneededDomainsTest() { Restart({.family = FindFamily("dsm"), .discovers = true}); }

  void Restart(CollectorSetup collector, std::size_t max_domains = 10) {
    state_.RemoveTarget("cm");
    state_.SetTarget(
        {.options = {.name = "cm", .shown = {.max_series = 1000, .max_domains = max_domains}},
         .collectors = {std::move(collector)}});
  }

  void Take(PollUpdate update) {
    update.at = clock_.SteadyNow();
    update.wall_time = clock_.Now();
    static_cast<void>(state_.Apply(Counted(std::move(update))));
  }

  // A poll that sees the whole list of refreshes and gets those answers.
  void Poll(std::vector<RefreshAnswer> answers = {}) {
    PollUpdate update = UpdateOf("cm", "dsm", std::move(answers));
    update.ended = PollSummary{.up = true, .ended_at = clock_.Now()};
    update.listing = RefreshListing{.is_complete = true};
    Take(std::move(update));
  }

  void TakeDomains(const std::vector<std::string>& ids) {
    PollUpdate update = UpdateOf("cm", "dsm");
    update.domain_listing = DomainListing{.is_complete = true, .domains = {}};
    for (const std::string& id : ids) update.domain_listing->domains.push_back({id, "", ""});
    Take(std::move(update));
  }

  // That the refresh names no domain any more.
  void LetGo(const std::string& refresh_id) {
    PollUpdate update = UpdateOf("cm", "dsm", {Running(refresh_id, {})});
    update.ended = PollSummary{.up = true, .ended_at = clock_.Now()};
    Take(std::move(update));
  }

  // "d1 d2"
  std::string IdsOfUnneeded() {
    std::string text;
    for (const std::string& id : state_.UnneededDomains("cm", *FindFamily("dsm"))) {
      text.append(text.empty() ? "" : " ").append(id);
    }
    return text;
  }

  // When the first domain that is shown was first seen.
  std::optional<WallTime> FirstSeen() {
    std::optional<WallTime> first_seen_at;
    state_.Read([&](const StateView& view) {
      const auto& domains = view.targets[0].collectors[0].domains;
      if (domains.begin() != domains.end()) first_seen_at = domains.begin()->history.first_seen_at;
    });
    return first_seen_at;
  }

  FakeClock clock_;
  const BucketBounds bounds_{{1, 60}};
  StateStore state_{{}, bounds_, clock_};
};

TEST_F(UnneededDomainsTest, ADomainThatIsGoneIsUnneededADayLater) {
  Poll({Finished("r1", {"gone"})});
  TakeDomains({"gone", "d2"});
  TakeDomains({"d2"});
  clock_.Advance(24h - 1ns);
  EXPECT_EQ(IdsOfUnneeded(), "");
  clock_.Advance(1ns);
  EXPECT_EQ(IdsOfUnneeded(), "gone");
}

TEST_F(UnneededDomainsTest, ADomainThatIsShownOrListedIsNeeded) {
  Poll({Finished("r1", {"shown"})});
  TakeDomains({"left-out", "shown"});
  PollUpdate update = UpdateOf("cm", "dsm");
  update.listing = RefreshListing{.is_complete = true, .left_out_domains = {"left-out"}};
  Take(std::move(update));
  clock_.Advance(1000h);
  EXPECT_EQ(IdsOfUnneeded(), "");
}

TEST_F(UnneededDomainsTest, ADomainIsNeededAsLongAsAnUnfinishedRefreshNamesItThoughTheListDoesNot) {
  Poll({Running("r1", {"gone"})});
  TakeDomains({"gone", "d2"});
  TakeDomains({"d2"});
  for (int day = 0; day < 3; ++day) {
    clock_.Advance(23h);
    Poll({Running("r1", {"gone"})});
    EXPECT_EQ(IdsOfUnneeded(), "");
  }
  LetGo("r1");
  clock_.Advance(24h);
  EXPECT_EQ(IdsOfUnneeded(), "gone");
}

TEST_F(UnneededDomainsTest, NoneIsUnneededWhileARefreshIsUnanswered) {
  Poll({Running("r1", {"gone"}), Running("r2", {})});
  TakeDomains({"gone", "d2"});
  TakeDomains({"d2"});
  clock_.Advance(24h);
  Poll({WithoutAnswer("r2")});
  EXPECT_EQ(IdsOfUnneeded(), "");
  RefreshAnswer not_found = WithoutAnswer("r2");
  not_found.kind = RefreshAnswer::Kind::kNotFound;
  Poll({not_found});
  EXPECT_EQ(IdsOfUnneeded(), "gone");
}

TEST_F(UnneededDomainsTest, NoneIsUnneededBeforeEveryConfiguredRefreshWasSeen) {
  Restart({.family = FindFamily("dsm"), .refresh_ids = {"r1", "r2"}});
  Poll({Running("r1", {"gone"})});
  LetGo("r1");
  clock_.Advance(24h);
  EXPECT_EQ(IdsOfUnneeded(), "");
  Poll({Running("r2", {})});
  EXPECT_EQ(IdsOfUnneeded(), "gone");
}

TEST_F(UnneededDomainsTest, NoneIsUnneededWithoutTheWholeListOfRefreshes) {
  Poll({Running("r1", {"gone"})});
  LetGo("r1");
  clock_.Advance(24h);
  PollUpdate update = UpdateOf("cm", "dsm");
  update.listing = RefreshListing{.is_complete = false};
  Take(update);
  EXPECT_EQ(IdsOfUnneeded(), "");
  update.listing = RefreshListing{.is_complete = true, .has_unreadable_entries = true};
  Take(update);
  EXPECT_EQ(IdsOfUnneeded(), "");
  Poll();
  EXPECT_EQ(IdsOfUnneeded(), "gone");
}

TEST_F(UnneededDomainsTest, ADomainThatWasListedBeforeARestartIsNeededUntilAListSaysOtherwise) {
  auto memory = std::make_shared<CollectorMemory>(
      CollectorMemory{.durations = EmptyRefreshDurations(bounds_)});
  DomainHistory history(bounds_);
  history.first_seen_at = FakeClock::kStart - 1000h;
  history.was_listed = true;
  memory->domains.emplace_back("gone", std::move(history));
  Restart({.family = FindFamily("dsm"), .discovers = true, .memory = std::move(memory)});
  Poll();
  clock_.Advance(24h);
  EXPECT_EQ(IdsOfUnneeded(), "");
  TakeDomains({});
  EXPECT_EQ(IdsOfUnneeded(), "") << "an empty list says nothing";
  TakeDomains({"d2"});
  EXPECT_EQ(IdsOfUnneeded(), "gone");
}

TEST_F(UnneededDomainsTest, WhatIsForgottenBeginsAnewAndWhatIsNeededIsNotForgotten) {
  Poll({Finished("r1", {"gone", "kept"})});
  TakeDomains({"gone", "kept"});
  TakeDomains({"kept"});
  clock_.Advance(24h);
  state_.ForgetDomains("cm", *FindFamily("dsm"), {"gone", "kept", "unknown"});
  state_.ForgetDomains("unknown", *FindFamily("dsm"), {"gone"});
  EXPECT_EQ(IdsOfUnneeded(), "");
  Poll({Running("r2", {"gone", "kept"}, 24h)});
  state_.Read([&](const StateView& view) {
    for (const DomainState& domain : view.targets[0].collectors[0].domains) {
      EXPECT_EQ(domain.history.totals[0], domain.id.text() == "kept" ? 1U : 0U);
    }
  });
}

TEST_F(UnneededDomainsTest, ADomainThatNeverFinishedAndComesBackIsKnownSinceItWasFirstSeen) {
  Poll({Running("r1", {"d1"})});
  LetGo("r1");
  EXPECT_EQ(FirstSeen(), std::nullopt);
  clock_.Advance(1h);
  Poll({Running("r1", {"d1"})});
  EXPECT_EQ(FirstSeen(), FakeClock::kStart);
  EXPECT_EQ(state_.TakeMetDomains("cm", *FindFamily("dsm")).size(), 1U);
}

TEST_F(UnneededDomainsTest, DomainsThatNeverFinishedAreRememberedAsFarAsThereIsRoomForThem) {
  Restart({.family = FindFamily("dsm"), .discovers = true}, 2);
  for (const char* id : {"d1", "d2", "d3"}) Poll({Running("r1", {id})});
  LetGo("r1");
  clock_.Advance(24h);
  EXPECT_EQ(IdsOfUnneeded(), "d1 d3") << "there was no room for d2";
}

}  // namespace
}  // namespace cckm
