// What the state keeps of updates: the rules that need several collectors, odd orders or odd
// answers.

#include "exporter/state/state_store.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "tests/unit/exporter/state/state_store_fixture.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;

class StateStoreTest : public StateStoreFixture {};

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
  const auto first = state.Apply(UpdateOf("a", "dsm", {answer}));
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].refresh_id, "unread");
  EXPECT_TRUE(state.Apply(UpdateOf("a", "dsm", {answer})).empty());
}

TEST_F(StateStoreTest, OneThatWasDatedInTheFutureIsNotTheNewestOnceItsTimeIsNone) {
  RefreshAnswer future = Finished("r1", {"d1"}, std::chrono::hours(24 * 365));
  Apply(UpdateOf("a", "dsm", {future}));
  RefreshAnswer later = Finished("r2", {"d1"}, std::chrono::hours(1));
  later.refresh.status = RefreshStatus::kFailed;
  later.refresh.domains[0].status = DomainStatus::kFailed;
  future.refresh.created_at.reset();
  future.refresh.completed_at = FakeClock::kStart;  // updatedAt stands in for it
  future.refresh.anomalies.Add(Anomaly::kBadTimestamp);
  const auto found = state.Apply(UpdateOf("a", "dsm", {future}));
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

TEST_F(StateStoreTest, OnlyWhatTheLedgerCallsNewIsCounted) {
  PollUpdate update =
      UpdateOf("a", "dsm", {Finished("r1", {"d1"}), Running("r2", {"d2"}), Finished("r3", {"d3"})});
  update.answers[2].is_counted_now = true;
  EXPECT_TRUE(state.Apply(update).empty());
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
  EXPECT_TRUE(state.Apply(UpdateOf("a", "dsm", {Finished("r1", {"d1"})})).empty());
}

TEST_F(StateStoreTest, WhatANodeThatIsBehindSaysIsAnAnswerAndChangesNothing) {
  RefreshAnswer behind = WithoutAnswer("r1");
  behind.kind = RefreshAnswer::Kind::kBehind;
  Apply({Finished("r1", {"d1"}), Running("r2", {"d1"})});
  Apply({WithoutAnswer("r2")});
  RefreshAnswer also_behind = behind;
  also_behind.refresh.id = "r2";
  EXPECT_TRUE(Apply({behind, also_behind}).empty());
  state.Read([&](const StateView& view) {
    const CollectorState& collector = view.targets.front().collectors.front();
    const TargetOptions options{.name = "a", .shown = {.stale_after = 5min}};
    for (const RefreshState& refresh : collector.refreshes) {
      if (!refresh.was_seen) continue;
      EXPECT_FALSE(refresh.unanswered);
      const bool is_finished = refresh.id.text() == "r1";
      EXPECT_EQ(refresh.status,
                is_finished ? RefreshStatus::kCompleted : RefreshStatus::kInProgress);
      EXPECT_EQ(IsStale(refresh, options, refresh.answered_at + 5min), !is_finished);
    }
  });
}

TEST_F(StateStoreTest, AFinishedRefreshThatSaysSomethingElseIsAnAnomaly) {
  RefreshAnswer later = Finished("later", {"d1"});
  *later.refresh.completed_at += 1s;
  RefreshAnswer created = Finished("created", {"d1"});
  *created.refresh.created_at -= 1s;
  RefreshAnswer failed = Finished("failed", {"d1"});
  failed.refresh.status = RefreshStatus::kFailed;
  RefreshAnswer domain = Finished("domain", {"d1"});
  domain.refresh.domains[0].status = DomainStatus::kFailed;
  const std::vector<RefreshAnswer> others = {
      later, created, failed, domain, Running("runs", {"d1"}), Finished("more", {"d1", "d2"})};
  std::vector<RefreshAnswer> before;
  std::vector<std::string> ids;
  for (const RefreshAnswer& other : others) {
    ids.push_back(other.refresh.id);
    before.push_back(Finished(ids.back(), {"d1"}));
  }
  state.SetTarget(Target("a", {Watching("dsm", ids)}));
  EXPECT_TRUE(Apply(before).empty());
  EXPECT_TRUE(Apply(before).empty());
  const auto found = Apply(others);
  ASSERT_EQ(found.size(), others.size());
  for (const NewAnomalies& anomalies : found) {
    EXPECT_TRUE(anomalies.kinds.Has(Anomaly::kChangedAfterFinish)) << anomalies.refresh_id;
  }
}

TEST_F(StateStoreTest, AFinishedRefreshThatWasGoneAndCameBackWithAnotherEndIsAnAnomaly) {
  RefreshAnswer gone = WithoutAnswer("r1");
  gone.kind = RefreshAnswer::Kind::kNotFound;
  RefreshAnswer failed = Finished("r1", {"d1"});
  failed.refresh.status = RefreshStatus::kFailed;
  Apply({Finished("r1", {"d1"})});
  Apply({gone});
  EXPECT_EQ(Apply({failed}).size(), 1U);
}

// Which ones max_domains has room for is nothing that the appliance says.
TEST_F(StateStoreTest, AFinishedRefreshOfWhichOtherDomainsAreKeptIsNoAnomaly) {
  RefreshAnswer fewer = Finished("r1", {"d1"});
  fewer.left_out.counts[static_cast<std::size_t>(DomainStatus::kCompleted)] = 1;
  Apply({Finished("r1", {"d1", "d2"})});
  EXPECT_TRUE(Apply({fewer}).empty());
}

TEST_F(StateStoreTest, ARefreshThatIsConfiguredAgainIsShownAsTheLedgerKnowsIt) {
  const auto configure = [&](std::vector<std::string> refresh_ids) {
    CollectorSetup collector = Watching("dsm", std::move(refresh_ids));
    collector.memory = std::make_shared<CollectorMemory>(
        CollectorMemory{.durations = EmptyRefreshDurations(bounds)});
    for (const std::string& id : collector.refresh_ids) {
      collector.memory->refreshes.push_back(Finished(id, {"d-" + id}));
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

}  // namespace
}  // namespace cckm
