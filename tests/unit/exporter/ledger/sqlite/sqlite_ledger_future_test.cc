// What the durable ledger holds of times that have not come yet, and how it is put right when it is
// opened.

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/unit/exporter/ledger/sqlite/sqlite_ledger_fixture.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr DomainStatus kCompleted = DomainStatus::kCompleted;
constexpr DomainStatus kFailed = DomainStatus::kFailed;

class SqliteLedgerFutureTest : public ::testing::Test {
 protected:
  WallTime Now() const { return folder_.clock().Now(); }

  // Stores a refresh of the domain d that was created `created` after now and took ten seconds.
  void Store(const std::string& id, DomainStatus status, Nanoseconds created,
             Nanoseconds clock_ahead = {}) const {
    Refresh refresh = MakeRefresh(id, {{"d", status, ""}});
    refresh.status = status == kFailed ? RefreshStatus::kFailed : RefreshStatus::kCompleted;
    refresh.created_at = Now() + created;
    refresh.completed_at = *refresh.created_at + seconds(10);
    RefreshAnswer answer = FinalAnswer(std::move(refresh));
    EXPECT_TRUE(folder_.Open()->Commit("cm", Dsm(), {.now = Now(), .clock_ahead = clock_ahead},
                                       {&answer, 1}));
  }

  CollectorMemory Held() const {
    auto memory = folder_.Open()->Restore("cm", Dsm(), {});
    if (!memory) throw std::runtime_error(memory.error().message);
    return std::move(*memory);
  }

  LedgerFolder folder_;
};

TEST_F(SqliteLedgerFutureTest, ThreeFailuresAfterARefreshDatedInTheFutureAreShownAsFailures) {
  Store("dated-2099", kCompleted, hours(24 * 365 * 60));
  for (int i = 0; i < 3; ++i) Store("real-" + std::to_string(i), kFailed, minutes(i - 10));
  const CollectorMemory held = Held();
  const DomainHistory& history = held.domains.at(0).second;
  EXPECT_EQ(history.last_result, DomainResult::kFailed);
  EXPECT_EQ(history.newest_finished->order.refresh_id, "real-2");
  EXPECT_EQ(history.completed_at(), Now() - minutes(8) + seconds(10));
  EXPECT_EQ(history.last_success_at, std::nullopt);
  EXPECT_EQ(history.failures.count(), 3U);
  EXPECT_EQ(history.totals, (DomainEndCounts{1, 3, 0})) << "what was counted stays";
  EXPECT_EQ(history.durations.Save().sum_seconds, 10);
}

TEST_F(SqliteLedgerFutureTest, TheTimesOfTheRefreshItselfAreUnset) {
  Store("dated-2099", kCompleted, hours(24 * 365 * 60));
  const CollectorMemory held = Held();
  ASSERT_EQ(held.refreshes.size(), 1U);
  EXPECT_EQ(held.refreshes[0].refresh.created_at, std::nullopt);
  EXPECT_EQ(held.refreshes[0].refresh.completed_at, std::nullopt);
}

TEST_F(SqliteLedgerFutureTest, FiveMinutesAreNoFuture) {
  Store("near", kCompleted, minutes(5) - seconds(10));
  EXPECT_EQ(Held().refreshes.at(0).refresh.created_at, Now() + minutes(5) - seconds(10));
  Store("far", kCompleted, minutes(5) - seconds(9));
  EXPECT_EQ(Held().domains.at(0).second.newest_finished->order.refresh_id, "far")
      << "created in time";
  EXPECT_EQ(Held().domains.at(0).second.completed_at(), std::nullopt) << "completed in the future";
}

TEST_F(SqliteLedgerFutureTest, AnApplianceWhoseClockIsAheadIsTakenAtItsWord) {
  Store("by-its-clock", kCompleted, minutes(59), hours(1));
  EXPECT_EQ(Held().refreshes.at(0).refresh.created_at, Now() + minutes(59));
  Store("later", kFailed, minutes(1), seconds(0));  // the clock was put right
  EXPECT_EQ(Held().domains.at(0).second.newest_finished->order.refresh_id, "later");
}

TEST_F(SqliteLedgerFutureTest, AClockOfOursThatIsBehindCorrectsNothing) {
  Store("sound", kCompleted, -hours(1));
  const std::string before = HeldText(*folder_.Open());
  folder_.clock().SetWall(WallTime());
  EXPECT_EQ(HeldText(*folder_.Open()), before);
}

TEST_F(SqliteLedgerFutureTest, ABaselineOfTheFutureBecomesNow) {
  Store("r", kCompleted, -hours(1));
  ASSERT_TRUE(folder_.Open()->SetBaseline("cm", Dsm(), Now() + hours(1)));
  EXPECT_EQ(Held().baseline, Now());
}

TEST_F(SqliteLedgerFutureTest, OtherCollectorsAndDomainsStayAsTheyAre) {
  CommitTo(*folder_.Open(), "other", Dsm(), MakeRefreshes("r", 3));
  Commit(*folder_.Open(), MakeRefreshes("r", 3));
  const std::string other = TextFor(*folder_.Open()->Restore("other", Dsm(), {}));
  const std::string before = HeldText(*folder_.Open());
  Store("dated-2099", kCompleted, hours(24 * 365 * 60));
  const std::string after = HeldText(*folder_.Open());
  EXPECT_EQ(TextFor(*folder_.Open()->Restore("other", Dsm(), {})), other);
  const std::string of_d1 =
      before.substr(before.find("\nd1:"), before.find("\nr0 ") - before.find("\nd1:"));
  EXPECT_NE(after.find(of_d1), std::string::npos) << after;
}

TEST_F(SqliteLedgerFutureTest, WhatWasPutRightStaysSo) {
  Store("dated-2099", kCompleted, hours(24 * 365 * 60));
  const std::string once = HeldText(*folder_.Open());
  folder_.clock().Advance(hours(24));
  EXPECT_EQ(HeldText(*folder_.Open()), once);
}

}  // namespace
}  // namespace cckm
