// What is copied from the state for people: which objects, in which order, and how many.

#include "exporter/web/status/status_snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/exporter/state/state_updates.h"

namespace cckm {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class StatusSnapshotTest : public ::testing::Test {
 protected:
  StatusSnapshotTest() { status.SetConfigLoaded(true, clock.Now()); }

  StatusModel Take(const DroppedSeriesByTarget& dropped = {}) {
    return TakeStatusSnapshot({state, status, "1.2.3"}, dropped, clock.Now());
  }
  void Apply(const PollUpdate& update) { static_cast<void>(state.Apply(Counted(update))); }
  void ApplyDsm(std::vector<RefreshAnswer> answers) {
    Apply(UpdateOf("cm", "dsm", std::move(answers)));
  }

  // From now on refreshes stay that nobody configured.
  void Discover() {
    state.SetTarget({.options = {.name = "cm", .shown = {.stale_after = 5min, .max_series = 1000}},
                     .collectors = {{.family = FindFamily("dsm"), .discovers = true}}});
  }

  FakeClock clock;
  const BucketBounds bounds{{1, 60}};
  ExporterStatus status;
  StateStore state{{{.options = {.name = "cm", .shown = {.stale_after = 5min, .max_series = 1000}},
                     .collectors = {{FindFamily("dsm"), {"r1", "r2", "r3"}}}}},
                   bounds,
                   clock};
};

// Ended for its domain as `status` says, with that text.
RefreshAnswer Ended(std::string id, std::string domain, DomainStatus status, std::string detail,
                    Nanoseconds created = {}) {
  RefreshAnswer answer = Finished(std::move(id), {std::move(domain)}, created);
  answer.refresh.domains.front().status = status;
  answer.refresh.domains.front().detail = std::move(detail);
  answer.refresh.status =
      status == DomainStatus::kFailed ? RefreshStatus::kFailed : RefreshStatus::kCancelled;
  return answer;
}

std::vector<std::string> IdsOf(const Truncated<ShownDomain>& domains) {
  std::vector<std::string> ids;
  for (const ShownDomain& domain : domains.rows) ids.push_back(domain.id);
  return ids;
}

TEST_F(StatusSnapshotTest, DomainsInTroubleComeFirst) {
  Discover();
  ApplyDsm({Finished("r1", {"fine"}), Ended("r2", "bad", DomainStatus::kFailed, "no route"),
            Ended("r3", "stopped", DomainStatus::kCancelled, "")});
  ApplyDsm({Running("r4", {"runs"})});
  EXPECT_THAT(IdsOf(Take().domains), ElementsAre("bad", "stopped", "runs", "fine"));
}

TEST_F(StatusSnapshotTest, AFailedDomainKeepsItsRankWhileItIsRefreshedAgain) {
  ApplyDsm({Finished("r1", {"fine"}), Ended("r2", "bad", DomainStatus::kFailed, "no route")});
  ApplyDsm({Running("r3", {"bad"}, 1h)});
  const StatusModel model = Take();
  EXPECT_THAT(IdsOf(model.domains), ElementsAre("bad", "fine"));
  EXPECT_EQ(kDomainShownNames[model.domains.rows[0].status], "in_progress");
  EXPECT_EQ(model.domains.rows[0].last_result, DomainResult::kFailed);
  EXPECT_EQ(model.counts.troubled_domains[static_cast<std::size_t>(DomainTrouble::kFailed)], 1U);
}

TEST_F(StatusSnapshotTest, ADomainTellsWhatItsNewestRefreshSaysOfIt) {
  ApplyDsm({Ended("r1", "d", DomainStatus::kFailed, "no route")});
  EXPECT_EQ(Take().domains.rows[0].detail, "no route");
  RefreshAnswer running = Running("r2", {"d"}, 1h);
  running.refresh.domains.front().detail = "scanning";
  ApplyDsm({running});
  EXPECT_EQ(Take().domains.rows[0].detail, "scanning");
  ApplyDsm({Ended("r1", "d", DomainStatus::kFailed, "an older one")});
  EXPECT_EQ(Take().domains.rows[0].detail, "scanning");
  RefreshAnswer completed = Finished("r2", {"d"}, 1h);
  completed.refresh.domains.front().detail = "synchronized successfully";
  ApplyDsm({completed});
  EXPECT_EQ(Take().domains.rows[0].detail, "") << "nobody needs to read of success";
}

TEST_F(StatusSnapshotTest, ADomainWhoseNewestRefreshLeftTellsNothingOfIt) {
  RefreshAnswer running = Running("r2", {"d"}, 1h);
  running.refresh.domains.front().detail = "scanning";
  ApplyDsm({Finished("r1", {"d"}), running});
  state.SetRefreshIds("cm", *FindFamily("dsm"), {"r1"}, 0);
  const StatusModel model = Take();
  EXPECT_EQ(model.domains.rows[0].refresh_id, "r1");
  EXPECT_EQ(model.domains.rows[0].detail, "");
}

TEST_F(StatusSnapshotTest, AnUnknownStatusIsShownAsTheApplianceWroteItUntilItSaysAnother) {
  const auto shown = [&] {
    const std::vector<ShownRefresh> rows = Take().unfinished.rows;
    return *std::ranges::find(rows, "r1", &ShownRefresh::id);
  };
  RefreshAnswer odd = Running("r1", {"d"});
  odd.refresh.status = RefreshStatus::kUnknown;
  odd.refresh.unknown_status = "QUEUED_V2\n";
  ApplyDsm({odd});
  EXPECT_EQ(shown().unknown_status, "QUEUED_V2\xEF\xBF\xBD");
  ApplyDsm({WithoutAnswer("r1")});
  EXPECT_EQ(shown().unknown_status, "QUEUED_V2\xEF\xBF\xBD") << "as last known";
  odd.refresh.unknown_status = std::string(300, 'x');
  ApplyDsm({odd});
  EXPECT_EQ(shown().unknown_status, std::string(199, 'x') + "\xE2\x80\xA6");
  RefreshAnswer gone = WithoutAnswer("r1");
  gone.kind = RefreshAnswer::Kind::kNotFound;
  ApplyDsm({gone});
  EXPECT_EQ(shown().status, RefreshStatus::kNotFound);
  EXPECT_EQ(shown().unknown_status, "");
  ApplyDsm({odd});
  ApplyDsm({Running("r1", {"d"})});
  EXPECT_EQ(shown().unknown_status, "");
}

TEST_F(StatusSnapshotTest, RunningTimeGoesByTheClockOfTheAppliance) {
  PollUpdate update = UpdateOf("cm", "dsm", {Running("r1", {"d"})});
  update.observation.clock_skew = 100s;
  Apply(update);
  clock.Advance(20s);
  const StatusModel model = Take();
  EXPECT_EQ(model.domains.rows[0].running_for, Nanoseconds(120s));
  EXPECT_EQ(model.unfinished.rows.back().running_for, Nanoseconds(120s));
}

TEST_F(StatusSnapshotTest, RunningTimeIsNeverNegative) {
  ApplyDsm({Running("r1", {"d"}, 1h)});
  EXPECT_EQ(Take().domains.rows[0].running_for, Nanoseconds(0));
}

TEST_F(StatusSnapshotTest, AStaleDomainIsUnknownAndRunsNoMore) {
  ApplyDsm({Running("r1", {"d"})});
  clock.Advance(5min);
  const StatusModel model = Take();
  EXPECT_EQ(kDomainShownNames[model.domains.rows[0].status], "unknown");
  EXPECT_FALSE(model.domains.rows[0].running_for);
}

TEST_F(StatusSnapshotTest, UnfinishedRefreshesAreInTroubleFirstThenLongestRunning) {
  RefreshAnswer gone = WithoutAnswer("r1");
  gone.kind = RefreshAnswer::Kind::kNotFound;
  ApplyDsm({Running("r3", {"d"}, 1s), Running("r2", {"d"}), gone});
  const StatusModel model = Take();
  ASSERT_EQ(model.unfinished.rows.size(), 3U);
  EXPECT_EQ(model.unfinished.rows[0].id, "r1");
  EXPECT_EQ(model.unfinished.rows[1].id, "r2");
  EXPECT_EQ(model.unfinished.rows[2].id, "r3");
}

TEST_F(StatusSnapshotTest, FinishedRefreshesAreLatestFirstWithTheirDurationAndEnds) {
  ApplyDsm({Finished("r1", {"a"}), Finished("r3", {"a", "b"}, 2h), Finished("r2", {"a"}, 1h)});
  const StatusModel model = Take();
  ASSERT_EQ(model.finished.rows.size(), 3U);
  EXPECT_EQ(model.finished.rows[0].id, "r3");
  EXPECT_EQ(model.finished.rows[0].duration, Nanoseconds(10s));
  EXPECT_EQ(model.finished.rows[0].domains, 2U);
  EXPECT_EQ(
      model.finished.rows[0].domain_counts[static_cast<std::size_t>(DomainStatus::kCompleted)], 2U);
  EXPECT_EQ(model.finished.rows[2].id, "r1");
}

TEST_F(StatusSnapshotTest, HoweverMuchThereIsABoundedPartIsCopiedAndTheRestCounted) {
  Discover();
  PollUpdate update = UpdateOf("cm", "dsm");
  std::vector<std::string> domains;
  for (std::size_t i = 0; i < kMaxShownDomains + 7; ++i) domains.push_back("d" + std::to_string(i));
  update.answers.push_back(Running("r1", domains));
  for (std::size_t i = 0; i < kMaxShownFinished + 5; ++i) {
    update.answers.push_back(Finished("f" + std::to_string(i), {"d0"}));
  }
  Apply(update);
  const StatusModel model = Take();
  EXPECT_EQ(model.domains.rows.size(), kMaxShownDomains);
  EXPECT_EQ(model.domains.left_out(), 7U);
  EXPECT_EQ(model.finished.rows.size(), kMaxShownFinished);
  EXPECT_EQ(model.finished.left_out(), 5U);
}

TEST_F(StatusSnapshotTest, ATargetIsAsReachableAsItsCollectors) {
  state.SetTarget({.options = {.name = "two"},
                   .collectors = {{FindFamily("dsm"), {"r1"}}, {FindFamily("aws"), {"r1"}}}});
  EXPECT_EQ(Take().targets.rows[1].reachability, Reachability::kWaiting);
  Apply(PollEnd("two", "dsm", true));
  EXPECT_EQ(Take().targets.rows[1].reachability, Reachability::kWaiting);
  Apply(PollEnd("two", "aws", false));
  EXPECT_EQ(Take().targets.rows[0].reachability, Reachability::kPartlyDown) << "trouble first";
  Apply(PollEnd("two", "dsm", false));
  EXPECT_EQ(Take().targets.rows[0].reachability, Reachability::kDown);
}

TEST_F(StatusSnapshotTest, AnOptionalFamilyThatIsAbsentMakesNoTargetUnreachable) {
  state.SetTarget({.options = {.name = "two"},
                   .collectors = {{FindFamily("dsm"), {"r1"}}, {FindFamily("aws"), {"r1"}}}});
  Apply(PollEnd("two", "dsm", true));
  PollUpdate absent = PollEnd("two", "aws", false);
  absent.ended->is_absent = true;
  Apply(absent);
  const auto two = [&] {
    const StatusModel model = Take();
    return *std::ranges::find(model.targets.rows, "two", &ShownTarget::name);
  };
  EXPECT_EQ(two().reachability, Reachability::kUp);
  EXPECT_EQ(two().collectors[1].reachability, Reachability::kAbsent);
  Apply(PollEnd("two", "dsm", false));
  EXPECT_EQ(two().reachability, Reachability::kDown);
}

TEST_F(StatusSnapshotTest, AnExpiredTokenIsNoneThatIsHeld) {
  PollUpdate update = PollEnd("cm", "dsm", true);
  update.observation.token = {.is_held = true, .held_until = FakeClock::kSteadyStart + 1min};
  Apply(update);
  EXPECT_TRUE(Take().targets.rows[0].is_authenticated);
  clock.Advance(1min);
  EXPECT_FALSE(Take().targets.rows[0].is_authenticated);
}

TEST_F(StatusSnapshotTest, ALoginErrorStaysUntilALoginSucceedsOrTheSetupChanges) {
  const auto log_in = [&](LoginOutcome outcome) {
    state.Apply(LoginUpdate{
        .target = "cm", .request = {}, .outcome = std::move(outcome), .observation = {}});
  };
  const Error error{ErrorKind::kAuth, "the password was refused"};
  log_in({.error = error, .was_last_way = false});
  EXPECT_FALSE(Take().targets.rows[0].login_error) << "another way is tried";
  log_in({.error = error});
  Apply(PollEnd("cm", "dsm", false));
  ASSERT_TRUE(Take().targets.rows[0].login_error);
  EXPECT_EQ(Take().targets.rows[0].login_error->message, "the password was refused");
  log_in({});
  EXPECT_FALSE(Take().targets.rows[0].login_error);
  log_in({.error = error});
  state.SetTarget({.options = {.name = "cm"}, .collectors = {{FindFamily("dsm"), {"r1"}}}});
  EXPECT_FALSE(Take().targets.rows[0].login_error);
}

TEST_F(StatusSnapshotTest, DroppedSeriesBelongToTheirTarget) {
  EXPECT_EQ(Take({{"other", 5}}).targets.rows[0].dropped_series, 0U);
  EXPECT_EQ(Take({{"cm", 5}}).targets.rows[0].dropped_series, 5U);
}

}  // namespace
}  // namespace cckm
