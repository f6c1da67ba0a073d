// What the state keeps of updates: the rules that need several collectors, odd orders or odd
// answers.

#include "exporter/state/state_store.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "tests/exporter/state_updates.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class StateStoreTest : public ::testing::Test {
 protected:
  static TargetSetup Target(std::string name, std::vector<CollectorSetup> collectors) {
    return {.options = {.name = std::move(name), .stale_after = 5min, .max_series = 1000},
            .collectors = std::move(collectors)};
  }
  static CollectorSetup Watching(std::string_view family, std::vector<std::string> ids) {
    return {.family = FindFamily(family), .refresh_ids = std::move(ids)};
  }

  // Applies the update with every settled refresh new.
  std::vector<NewAnomalies> Apply(const PollUpdate& update) {
    return state.Apply(update, std::vector<bool>(update.answers.size(), true));
  }
  std::vector<NewAnomalies> Apply(std::vector<RefreshAnswer> answers) {
    return Apply(UpdateOf("a", "dsm", std::move(answers)));
  }

  // What `read` returns of a collector.
  template <typename Read>
  auto Of(std::size_t target, std::size_t collector, const Read& read) {
    std::optional<decltype(read(std::declval<const CollectorState&>()))> result;
    state.Read(
        [&](const StateView& view) { result = read(view.targets[target].collectors[collector]); });
    return *result;
  }

  // A domain of the first collector; fails the test if there is none.
  template <typename Read>
  auto OfDomain(std::string_view id, const Read& read) {
    return Of(0, 0, [&](const CollectorState& collector) {
      for (const DomainState& domain : collector.domains) {
        if (domain.id.text() == id) return read(domain);
      }
      ADD_FAILURE() << "no domain " << id;
      return decltype(read(std::declval<const DomainState&>()))();
    });
  }

  std::uint64_t CompletedOf(std::string_view domain) {
    return OfDomain(domain, [](const DomainState& d) { return d.history.totals[0]; });
  }
  std::string StatusOf(std::string_view refresh_id) {
    std::string status;
    state.Read([&](const StateView& view) {
      for (const RefreshState& refresh : view.targets[0].collectors[0].refreshes) {
        if (refresh.id.text() != refresh_id) continue;
        status = RefreshStatusName(ShownStatus(refresh, view.targets[0].options, view.now));
      }
    });
    return status;
  }
  std::string NewestOf(std::string_view domain) {
    return OfDomain(domain, [](const DomainState& d) {
      return d.newest == nullptr ? std::string() : d.newest->id.text();
    });
  }
  std::vector<std::string> Domains(std::size_t target = 0, std::size_t collector = 0) {
    return Of(target, collector, [](const CollectorState& c) {
      std::vector<std::string> ids;
      for (const DomainState& domain : c.domains) ids.push_back(domain.id.text());
      return ids;
    });
  }
  bool Unanswered(std::string_view id) {
    return Of(0, 0, [&](const CollectorState& collector) {
      for (const RefreshState& refresh : collector.refreshes) {
        if (refresh.id.text() == id) return refresh.unanswered;
      }
      return false;
    });
  }

  FakeClock clock;
  const BucketBounds bounds{{1, 60}};
  StateStore state{{Target("a", {Watching("dsm", {"r1", "r2", "r3"}), Watching("aws", {"r1"})}),
                    Target("b", {Watching("dsm", {"r1"})})},
                   bounds,
                   clock};
};

using Ids = std::vector<std::string>;

TEST_F(StateStoreTest, CollectorsAndTargetsAreKeptApart) {
  Apply(UpdateOf("a", "dsm", {Finished("r1", {"d1"})}));
  Apply(UpdateOf("a", "aws", {Running("r1", {"eu-west-1"})}));
  Apply(UpdateOf("b", "dsm", {Running("r1", {"d1", "d2"})}));
  EXPECT_EQ(Domains(0, 0), Ids{"d1"});
  EXPECT_EQ(Domains(0, 1), Ids{"eu-west-1"});
  EXPECT_EQ(Domains(1, 0), (Ids{"d1", "d2"}));
  EXPECT_EQ(CompletedOf("d1"), 1U);
}

TEST_F(StateStoreTest, IsPolledOnceEveryCollectorOfEveryTargetEndedAPoll) {
  EXPECT_FALSE(state.EveryTargetWasPolledInUpdate());
  Apply(PollEnd("a", "dsm", true));
  Apply(PollEnd("a", "aws", false));
  EXPECT_FALSE(state.EveryTargetWasPolledInUpdate());
  Apply(UpdateOf("b", "dsm", {Running("r1", {})}));
  EXPECT_FALSE(state.EveryTargetWasPolledInUpdate()) << "answers are not yet the end of a poll";
  Apply(PollEnd("b", "dsm", false));
  const auto update = state.EveryTargetWasPolledInUpdate();
  ASSERT_TRUE(update) << "successfully or not";
  Apply(PollEnd("b", "dsm", false));
  EXPECT_EQ(state.EveryTargetWasPolledInUpdate(), update) << "the first polls count";
  state.Read([&](const StateView& view) { EXPECT_EQ(view.updates, *update + 1); });
}

TEST_F(StateStoreTest, WithoutATargetNothingIsToBeWaitedFor) {
  const StateStore empty({}, bounds, clock);
  EXPECT_EQ(empty.EveryTargetWasPolledInUpdate(), 0U);
  EXPECT_TRUE(empty.EveryCollectorIsUp());
}

TEST_F(StateStoreTest, EveryCollectorIsUpByItsLastPoll) {
  EXPECT_FALSE(state.EveryCollectorIsUp());
  for (const auto& [target, family] : {std::pair("a", "dsm"), {"a", "aws"}, {"b", "dsm"}}) {
    Apply(PollEnd(target, family, true));
  }
  EXPECT_TRUE(state.EveryCollectorIsUp());
  Apply(PollEnd("a", "aws", false));
  EXPECT_FALSE(state.EveryCollectorIsUp());
}

TEST_F(StateStoreTest, AnOptionalFamilyThatIsAbsentIsNoFault) {
  Apply(PollEnd("a", "dsm", true));
  Apply(PollEnd("b", "dsm", true));
  PollUpdate absent = PollEnd("a", "aws", false);
  absent.ended->is_absent = true;
  Apply(absent);
  EXPECT_TRUE(state.EveryTargetWasPolledInUpdate());
  EXPECT_TRUE(state.EveryCollectorIsUp());
  Apply(PollEnd("a", "aws", false));
  EXPECT_FALSE(state.EveryCollectorIsUp());
}

TEST_F(StateStoreTest, AnAnomalyOfARefreshThatNobodyCanReadIsCountedOnce) {
  RefreshAnswer answer = WithoutAnswer("unread");
  answer.refresh.anomalies.Add(Anomaly::kDuplicateKey);
  const auto first = state.Apply(UpdateOf("a", "dsm", {answer}), {});
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].refresh_id, "unread");
  EXPECT_TRUE(state.Apply(UpdateOf("a", "dsm", {answer}), {}).empty());
}

TEST_F(StateStoreTest, OneThatWasDatedInTheFutureIsNotTheNewestOnceItsTimeIsNone) {
  RefreshAnswer future = Finished("r1", {"d1"}, std::chrono::hours(24 * 365));
  Apply(UpdateOf("a", "dsm", {future}));
  RefreshAnswer later = Finished("r2", {"d1"}, std::chrono::hours(1));
  later.refresh.status = RefreshStatus::kFailed;
  later.refresh.domains[0].status = DomainStatus::kFailed;
  future.refresh.created_at.reset();
  future.refresh.completed_at.reset();
  future.refresh.anomalies.Add(Anomaly::kBadTimestamp);
  const auto found = state.Apply(UpdateOf("a", "dsm", {future}), {false});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].kinds.Has(Anomaly::kChangedAfterFinish));
  Apply(UpdateOf("a", "dsm", {later}));
  state.Read([](const StateView& view) {
    const DomainState& domain = *view.targets[0].collectors[0].domains.begin();
    EXPECT_EQ(domain.status, DomainStatus::kFailed);
    EXPECT_EQ(domain.history.last_result, DomainResult::kFailed);
  });
}

TEST_F(StateStoreTest, APollIsKeptByItsEndAndSuccessesOutliveFailures) {
  Apply(PollEnd("a", "dsm", true));
  PollUpdate failed = PollEnd("a", "dsm", false);
  failed.ended->ended_at += 15s;
  Apply(failed);
  const PollState poll = Of(0, 0, [](const CollectorState& c) { return c.poll; });
  EXPECT_FALSE(poll.up);
  EXPECT_EQ(poll.ended_at, FakeClock::kStart + 15s);
  EXPECT_EQ(poll.succeeded_at, FakeClock::kStart);
  EXPECT_EQ(poll.duration, 250ms);
}

TEST_F(StateStoreTest, TheLastErrorIsThatOfTheLastWholePoll) {
  const auto last_error = [&] {
    return Of(0, 0, [](const CollectorState& c) { return c.poll.last_error; });
  };
  PollUpdate fault = UpdateOf("a", "dsm");
  fault.errors.push_back({ErrorKind::kTimeout, "too slow"});
  Apply(fault);
  EXPECT_EQ(last_error(), std::nullopt) << "the poll is not over";
  Apply(PollEnd("a", "dsm", true));
  EXPECT_EQ(last_error(), (Error{ErrorKind::kTimeout, "too slow"}));
  Apply(PollEnd("a", "dsm", true));
  EXPECT_EQ(last_error(), std::nullopt);
}

TEST_F(StateStoreTest, WhatWasObservedOfTheApplianceIsTheTargets) {
  PollUpdate update = UpdateOf("a", "aws");
  update.observation = {.token = {.is_held = true}, .clock_skew = -3s};
  Apply(update);
  state.Read([](const StateView& view) {
    EXPECT_TRUE(view.targets[0].observation.token.is_held);
    EXPECT_EQ(view.targets[0].observation.clock_skew, Nanoseconds(-3s));
    EXPECT_FALSE(view.targets[1].observation.token.is_held);
  });
}

TEST_F(StateStoreTest, OnlySettledAnswersUseUpTheLedgersAnswers) {
  const PollUpdate update =
      UpdateOf("a", "dsm", {Finished("r1", {"d1"}), Running("r2", {"d2"}), Finished("r3", {"d3"})});
  EXPECT_TRUE(state.Apply(update, {false, true}).empty());
  EXPECT_EQ(CompletedOf("d1"), 0U);
  EXPECT_EQ(CompletedOf("d2"), 0U);
  EXPECT_EQ(CompletedOf("d3"), 1U);
}

TEST_F(StateStoreTest, AnAnomalyIsReturnedOncePerRefreshAndKind) {
  RefreshAnswer odd = Running("r1", {});
  odd.refresh.anomalies.Add(Anomaly::kUnknownStatus);
  RefreshAnswer other = Running("r2", {});
  other.refresh.anomalies = odd.refresh.anomalies;
  const auto first = Apply({odd, other});
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].refresh_id, "r1");
  EXPECT_TRUE(first[0].kinds.Has(Anomaly::kUnknownStatus));
  EXPECT_EQ(first[1].refresh_id, "r2");
  odd.refresh.anomalies.Add(Anomaly::kBadTimestamp);
  const auto second = Apply({odd, other});
  ASSERT_EQ(second.size(), 1U);
  EXPECT_TRUE(second[0].kinds.Has(Anomaly::kBadTimestamp));
  EXPECT_FALSE(second[0].kinds.Has(Anomaly::kUnknownStatus));
}

TEST_F(StateStoreTest, AnAnomalyOfAnUnusableAnswerIsReturnedToo) {
  RefreshAnswer refused = WithoutAnswer("r1");
  refused.refresh.anomalies.Add(Anomaly::kDuplicateKey);
  EXPECT_EQ(Apply({refused}).size(), 1U);
  EXPECT_TRUE(Apply({refused}).empty());
}

TEST_F(StateStoreTest, AFinishedRefreshThatWasGoneAndCameBackUnchangedIsNoAnomaly) {
  RefreshAnswer gone = WithoutAnswer("r1");
  gone.kind = RefreshAnswer::Kind::kNotFound;
  Apply({Finished("r1", {"d1"})});
  Apply({gone});
  EXPECT_TRUE(state.Apply(UpdateOf("a", "dsm", {Finished("r1", {"d1"})}), {false}).empty());
}

TEST_F(StateStoreTest, AFinishedRefreshWhoseEndChangesIsAnAnomaly) {
  Apply({Finished("r1", {"d1"}), Finished("r2", {"d1"}), Finished("r3", {"d1"})});
  RefreshAnswer later = Finished("r1", {"d1"});
  *later.refresh.completed_at += 1s;
  RefreshAnswer failed = Finished("r2", {"d1"});
  failed.refresh.status = RefreshStatus::kFailed;
  const auto found =
      state.Apply(UpdateOf("a", "dsm", {later, failed, Running("r3", {"d1"})}), {false, false});
  ASSERT_EQ(found.size(), 3U);
  for (const NewAnomalies& anomalies : found) {
    EXPECT_TRUE(anomalies.kinds.Has(Anomaly::kChangedAfterFinish)) << anomalies.refresh_id;
  }
}

TEST_F(StateStoreTest, ARefreshThatIsConfiguredAgainIsShownAsTheLedgerKnowsIt) {
  const auto configure = [&](std::vector<std::string> refresh_ids) {
    CollectorSetup collector = Watching("dsm", std::move(refresh_ids));
    collector.memory = std::make_shared<CollectorMemory>(
        CollectorMemory{.durations = EmptyRefreshDurations(bounds),
                        .domains = {},
                        .refreshes = {},
                        .counted = {},
                        .baseline = std::nullopt});
    for (const std::string& id : collector.refresh_ids) {
      collector.memory->refreshes.push_back(Finished(id, {"d-" + id}).refresh);
      collector.memory->counted.push_back(true);
    }
    state.SetTarget(Target("a", {std::move(collector)}));
  };
  configure({"r", "s"});
  configure({"r"});
  configure({"r", "s"});
  EXPECT_EQ(StatusOf("s"), "completed");
  EXPECT_EQ(NewestOf("d-s"), "s");
}

TEST_F(StateStoreTest, AStatusStaysKnownForThreeTimesAsLongAsAnAnswerTook) {
  const auto answer = [&](RefreshAnswer given) {
    PollUpdate update = UpdateOf("a", "dsm", {std::move(given)});
    update.at = clock.SteadyNow();
    Apply(update);
  };
  answer(Running("r1", {"d"}));
  clock.Advance(4min);
  answer(Running("r1", {"d"}));
  clock.Advance(12min - 1s);
  EXPECT_EQ(StatusOf("r1"), "in_progress");
  clock.Advance(1s);
  EXPECT_EQ(StatusOf("r1"), "unknown");
  answer(WithoutAnswer("r1"));
  answer(Running("r1", {"d"}));  // how long this one took tells how long the appliance was away
  clock.Advance(5min);
  EXPECT_EQ(StatusOf("r1"), "unknown");
}

TEST_F(StateStoreTest, OnlyUnfinishedRefreshesAreUnanswered) {
  Apply({Finished("r1", {}), Running("r2", {})});
  Apply({WithoutAnswer("r1"), WithoutAnswer("r2"), WithoutAnswer("r3")});
  EXPECT_FALSE(Unanswered("r1"));
  EXPECT_TRUE(Unanswered("r2"));
  EXPECT_TRUE(Unanswered("r3"));
  RefreshAnswer gone = WithoutAnswer("r3");
  gone.kind = RefreshAnswer::Kind::kNotFound;
  Apply({Running("r2", {}), gone});
  EXPECT_FALSE(Unanswered("r2"));
  EXPECT_FALSE(Unanswered("r3"));
}

TEST_F(StateStoreTest, TheNewestRefreshOfADomainIsByCreationThenById) {
  Apply({Running("r2", {"d1"}, 1h), Running("r1", {"d1"}, 1h), Running("r3", {"d1"}, 0s)});
  EXPECT_EQ(NewestOf("d1"), "r2");
  RefreshAnswer undated = Running("r3", {"d2"});
  undated.refresh.created_at = std::nullopt;
  Apply({Running("r1", {"d1", "d2"}, 1h), undated});
  EXPECT_EQ(NewestOf("d2"), "r1") << "without a creation time it is the oldest";
}

TEST_F(StateStoreTest, ARefreshWhoseCreationMovesBackIsNoLongerTheNewest) {
  Apply({Running("r1", {"d1"}, 2h), Running("r2", {"d1"}, 1h)});
  EXPECT_EQ(NewestOf("d1"), "r1");
  Apply({Running("r1", {"d1"}, 0s)});
  EXPECT_EQ(NewestOf("d1"), "r2");
  Apply({Running("r1", {"d1"}, 2h)});
  EXPECT_EQ(NewestOf("d1"), "r1");
}

TEST_F(StateStoreTest, ADomainFallsBackToTheNewestOfTheRestAndLeavesWithTheLast) {
  Apply({Running("r1", {"d1"}, 1h), Running("r2", {"d1"}, 2h), Running("r3", {"d1"}, 3h)});
  Apply({Running("r3", {}, 3h)});
  EXPECT_EQ(NewestOf("d1"), "r2");
  Apply({Running("r2", {"d2"}, 2h), Running("r1", {"d2"}, 1h)});
  EXPECT_EQ(Domains(), Ids{"d2"});
  EXPECT_EQ(NewestOf("d2"), "r2");
}

TEST_F(StateStoreTest, AnotherOrderOfTheSameDomainsChangesNothing) {
  Apply({Running("r1", {"d1", "d2", "d3"})});
  Apply({Running("r1", {"d3", "d1", "d2"})});
  EXPECT_EQ(Domains(), (Ids{"d1", "d2", "d3"}));
  EXPECT_EQ(OfDomain("d2", [](const DomainState& d) { return d.named_by; }), 1U);
}

TEST_F(StateStoreTest, IdsThatNeedAlteringAreOneDomainWheneverTheyComeBack) {
  const std::string imitation = LabelValue("a\nb").text();
  for (int i = 0; i < 2; ++i) {
    Apply({Running("r1", {"a\nb", imitation, "plain"})});
    EXPECT_EQ(Domains(), (Ids{imitation, LabelValue(imitation).text(), "plain"}));
  }
  Apply({Running("r1", {imitation, "a\nb", "plain"})});
  EXPECT_EQ(Domains(), (Ids{imitation, LabelValue(imitation).text(), "plain"}));
  Apply({Running("r1", {imitation})});
  EXPECT_EQ(Domains(), Ids{LabelValue(imitation).text()});
}

TEST_F(StateStoreTest, ANewDomainWaitsForOneExpositionBeforeItCounts) {
  const auto nothing = [](const StateView&) {};
  EXPECT_TRUE(state.ReadForExposition(nothing));
  Apply({Running("r1", {})});
  Apply({Finished("r1", {"d1"})});
  state.Read(nothing);
  EXPECT_FALSE(state.ReadForExposition([&](const StateView& view) {
    const DomainState& domain = *view.targets[0].collectors[0].domains.begin();
    EXPECT_GT(domain.born_in_update, view.shown_updates);
  }));
  EXPECT_TRUE(state.ReadForExposition([&](const StateView& view) {
    const DomainState& domain = *view.targets[0].collectors[0].domains.begin();
    EXPECT_LE(domain.born_in_update, view.shown_updates);
  }));
}

TEST_F(StateStoreTest, ADomainThatWasShownAtZeroCountsAtOnce) {
  Apply({Running("r1", {"d1"})});
  EXPECT_TRUE(state.ReadForExposition([](const StateView&) {})) << "nothing to count yet";
  Apply({Finished("r1", {"d1"})});
  EXPECT_TRUE(state.ReadForExposition([](const StateView&) {}));
}

TEST_F(StateStoreTest, WhatWasFinishedWhenFirstSeenWaitsForNothing) {
  Apply({Finished("r1", {"d1"})});
  EXPECT_TRUE(state.ReadForExposition([](const StateView& view) {
    EXPECT_EQ(view.targets[0].collectors[0].domains.begin()->born_in_update, 0U);
  }));
}

TEST_F(StateStoreTest, TheOldestFinishedRefreshDoesNotReplaceANewerOne) {
  Apply({Finished("r1", {"d1"}, 2h)});
  RefreshAnswer older = Finished("r2", {"d1"}, 1h);
  older.refresh.domains[0].status = DomainStatus::kFailed;
  Apply({older});
  EXPECT_EQ(OfDomain("d1", [](const DomainState& d) { return d.history.last_result; }),
            DomainResult::kCompleted);
  EXPECT_EQ(OfDomain("d1", [](const DomainState& d) { return d.history.completed_at; }),
            FakeClock::kStart + 2h + 10s);
  EXPECT_EQ(OfDomain("d1", [](const DomainState& d) { return d.history.totals; }),
            (DomainEndCounts{1, 1, 0}));
}

TEST_F(StateStoreTest, AnOlderSuccessDoesNotMoveTheLastSuccessBack) {
  Apply({Finished("r1", {"d1"}, 2h)});
  Apply({Finished("r2", {"d1"}, 1h)});
  EXPECT_EQ(OfDomain("d1", [](const DomainState& d) { return d.history.last_success_at; }),
            FakeClock::kStart + 2h + 10s);
}

TEST_F(StateStoreTest, ADomainWithoutAResultKeepsItsLastOne) {
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
