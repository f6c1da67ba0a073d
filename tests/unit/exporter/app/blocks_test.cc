// Thousands of updates at random: what is put together of blocks is what one rendering from nothing
// writes, byte for byte and in every format.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fakes/fake_clock.h"
#include "tests/unit/exporter/app/compared_exposition.h"
#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

constexpr int kRounds = 1000;
constexpr std::size_t kRefreshes = 120;
constexpr std::size_t kDomains = 60;

// An appliance that does whatever a seed says.
class RandomUpdates {
 public:
  RandomUpdates(unsigned seed, StateStore& state, FakeClock& clock)
      : random_(seed), state_(state), clock_(clock) {}

  void Next() {
    clock_.Advance(std::chrono::seconds(Below(4) == 0 ? Below(400) : Below(20)));
    if (Below(150) == 0) return Reload();
    if (Below(100) == 0) {
      return state_.SetRefreshIds(Target(), *FindFamily("dsm"), {Id("r", kRefreshes)}, 0);
    }
    PollUpdate update = Counted(UpdateOf(Target(), Family(), Answers()));
    update.at = clock_.SteadyNow();
    update.wall_time = clock_.Now();
    if (Below(5) == 0) {
      update.ended = PollSummary{.up = Below(3) != 0, .duration = 1s, .ended_at = clock_.Now()};
    }
    if (Below(20) == 0) update.listing = RefreshListing{.is_complete = Below(2) == 0};
    if (Below(20) == 0) update.domain_listing = Listing();
    for (std::size_t i = Below(10) == 0 ? Below(5) : 0; i != 0; --i) {
      (Below(2) == 0 ? update.unwatched : update.vanished).push_back(Id("r", kRefreshes));
    }
    if (Below(30) == 0) update.observation.clock_skew = std::chrono::seconds(Below(9));
    for (std::size_t i = Below(20); i != 0; --i) update.repeated.Add(Id("r", kRefreshes));
    state_.LeaveOutDomains(update);
    static_cast<void>(state_.Apply(update));
  }

  void Reload() {
    if (Below(4) == 0) return state_.RemoveTarget(Target());
    std::vector<std::string> ids;
    for (std::size_t i = Below(20); i != 0; --i) ids.push_back(Id("r", kRefreshes));
    std::vector<CollectorSetup> collectors = {
        {.family = FindFamily("dsm"), .refresh_ids = ids, .discovers = true}};
    if (Below(2) == 0) collectors.push_back({.family = FindFamily("aws"), .refresh_ids = ids});
    state_.SetTarget(
        {.options = {.name = Target(),
                     .shown = {.stale_after = std::chrono::seconds(60 + Below(600)),
                               .max_series = Below(3) == 0 ? 400 + Below(2000) : 1'000'000,
                               .max_domains = Below(3) == 0 ? 20U : 20'000U,
                               .domain_histograms = Below(3) != 0}},
         .collectors = std::move(collectors)});
  }

 private:
  std::size_t Below(std::size_t bound) { return random_() % bound; }
  std::string Id(const char* kind, std::size_t of) { return kind + std::to_string(Below(of)); }
  const char* Target() { return Below(5) == 0 ? "second" : "cm"; }
  const char* Family() { return Below(5) == 0 ? "aws" : "dsm"; }

  std::vector<RefreshAnswer> Answers() {
    std::vector<RefreshAnswer> answers;
    for (std::size_t i = Below(12); i != 0; --i) answers.push_back(Answer());
    return answers;
  }

  RefreshAnswer Answer() {
    std::vector<std::string> domains;
    for (std::size_t i = Below(4); i != 0; --i) domains.push_back(Id("d", kDomains));
    std::ranges::sort(domains);
    domains.erase(std::unique(domains.begin(), domains.end()), domains.end());
    const std::string id = Id("r", kRefreshes);
    const auto created = std::chrono::seconds(Below(100'000));
    RefreshAnswer answer =
        Below(2) == 0 ? Running(id, domains, created) : Finished(id, domains, created);
    if (Below(6) == 0) answer = WithoutAnswer(id);
    if (Below(12) == 0) answer.kind = RefreshAnswer::Kind::kNotFound;
    if (Below(12) == 0) answer.kind = RefreshAnswer::Kind::kBehind;
    return answer;
  }

  DomainListing Listing() {
    DomainListing listing{
        .is_complete = Below(2) == 0, .tells_what_is_gone = Below(2) == 0, .domains = {}};
    for (std::size_t i = 0; i < kDomains; ++i) {
      if (Below(4) == 0) continue;
      const std::string name = Below(30) == 0 ? Id("renamed", 5) : "name" + std::to_string(i);
      listing.domains.push_back({.id = "d" + std::to_string(i), .name = name, .connection = "c"});
    }
    return listing;
  }

  std::mt19937 random_;
  StateStore& state_;
  FakeClock& clock_;
};

// A state and its exposition.
struct Compared {
  FakeClock clock;
  const BucketBounds bounds{{1, 60}};
  StateStore state{{}, bounds, clock};
  SelfMetrics self_metrics{clock};
  const ExporterStatus status{};
  ComparedExposition exposition{{.state = state,
                                 .self_metrics = self_metrics,
                                 .status = status,
                                 .bounds = bounds,
                                 .build_info = {},
                                 .process_metrics = false,
                                 .native = NativeHistograms::kYes}};
};

void CompareAfterEachUpdate(unsigned seed) {
  Compared compared;
  RandomUpdates updates(seed, compared.state, compared.clock);
  updates.Reload();
  for (int round = 0; round < kRounds && !::testing::Test::HasFailure(); ++round) {
    SCOPED_TRACE(round);
    updates.Next();
    compared.exposition.Render();
  }
}

TEST(BlocksTest, WhateverChangesBlocksSayWhatARenderingFromNothingSays) {
  for (const unsigned seed : {1U, 20'261'130U}) CompareAfterEachUpdate(seed);
}

// As many are left out as before, at the same places, but not the same ones.
TEST(BlocksTest, WhatMovesOverTheEdgeOfMaxSeriesIsShown) {
  Compared compared;
  compared.state.SetTarget({.options = {.name = "cm", .shown = {.max_series = 600}},
                            .collectors = {{.family = FindFamily("dsm"), .discovers = true}}});
  PollUpdate update = UpdateOf("cm", "dsm");
  for (int i = 0; i < 60; ++i) update.answers.push_back(Running("r" + std::to_string(i), {}));
  static_cast<void>(compared.state.Apply(update));
  compared.exposition.Render();
  PollUpdate next = UpdateOf("cm", "dsm", {Running("r60", {})});
  next.unwatched = {"r0"};
  static_cast<void>(compared.state.Apply(next));
  EXPECT_EQ(compared.exposition.Render().find("\"r0\""), std::string::npos);
}

}  // namespace
}  // namespace cckm
