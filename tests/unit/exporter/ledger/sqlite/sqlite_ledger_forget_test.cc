// What the durable ledger lets go, and that it is never counted again.

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/exporter/ledger/sqlite/sqlite_ledger_fixture.h"

namespace cckm {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr WallTime kNow = FakeClock::kStart + hours(24 * 365);
constexpr WantedRefreshes kAll{.refresh_ids = {}, .finished_since = WallTime::min()};

class SqliteLedgerForgetTest : public ::testing::Test {
 protected:
  // r0 to r9, of which r9 is the newest of all domains.
  void Fill() { EXPECT_EQ(Commit(*folder.Open(), MakeRefreshes("r", 10)), Answers(10, true)); }

  // Forgets with room for `max_refreshes` while the list has `listed`; returns what is held then.
  std::string HeldAfterForget(std::int64_t max_refreshes, const std::set<std::string>& listed = {},
                              WallTime now = kNow) {
    const auto ledger = folder.Open({.max_refreshes = max_refreshes});
    Unneeded unneeded = NoneListed();
    unneeded.refresh = [&](std::string_view id) { return !listed.contains(std::string(id)); };
    EXPECT_TRUE(ledger->Forget("cm", Dsm(), now, unneeded));
    return IdsOf(*ledger, kAll);
  }

  LedgerFolder folder;
};

TEST_F(SqliteLedgerForgetTest, LetsNothingGoWhileThereIsRoom) {
  Fill();
  EXPECT_EQ(HeldAfterForget(10), "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9");
}

TEST_F(SqliteLedgerForgetTest, LetsTheOldestGoAsFarAsThereIsNoRoom) {
  Fill();
  EXPECT_EQ(HeldAfterForget(7), "r3 r4 r5 r6 r7 r8 r9");
  EXPECT_EQ(HeldAfterForget(7), "r3 r4 r5 r6 r7 r8 r9");
}

TEST_F(SqliteLedgerForgetTest, KeepsWhatIsListed) {
  Fill();
  EXPECT_EQ(HeldAfterForget(7, {"r0", "r2", "r3"}), "r0 r2 r3 r6 r7 r8 r9");
}

TEST_F(SqliteLedgerForgetTest, KeepsTheNewestOfEveryDomain) {
  Commit(*folder.Open(),
         {MakeRefresh("only-of-d9", {{"d9", DomainStatus::kFailed, ""}}, seconds(1), -hours(1))});
  Fill();
  EXPECT_EQ(HeldAfterForget(0), "only-of-d9 r9");
}

TEST_F(SqliteLedgerForgetTest, KeepsWhatFinishedWithinAWeek) {
  Fill();
  // r4 finished at 4 s + 2.801 s.
  const WallTime week_after_r4 =
      FakeClock::kStart + hours(24 * 7) + std::chrono::milliseconds(6801);
  EXPECT_EQ(HeldAfterForget(0, {}, week_after_r4), "r4 r5 r6 r7 r8 r9");
  EXPECT_EQ(HeldAfterForget(0, {}, week_after_r4 + Nanoseconds(1)), "r5 r6 r7 r8 r9");
}

TEST_F(SqliteLedgerForgetTest, TheEffectOfWhatWentStays) {
  Fill();
  const std::string before = HeldText(*folder.Open());
  HeldAfterForget(0);
  const std::string after = HeldText(*folder.Open());
  const std::string sums = before.substr(0, before.find("\nr0 "));
  EXPECT_EQ(after.substr(0, sums.size()), sums);
}

TEST_F(SqliteLedgerForgetTest, WhatWentIsNeverCountedAgain) {
  Fill();
  HeldAfterForget(0);
  const auto ledger = folder.Open();
  EXPECT_EQ(IdsOf(*ledger, kAll), "r9");
  EXPECT_EQ(Commit(*ledger, MakeRefreshes("r", 11)),
            (Answers{false, false, false, false, false, false, false, false, false, false, true}));
  EXPECT_EQ(IdsOf(*ledger, kAll), "r9 r10");
}

TEST_F(SqliteLedgerForgetTest, WhatWentFromOneCollectorIsNewToAnother) {
  Fill();
  HeldAfterForget(0);
  const auto ledger = folder.Open();
  EXPECT_EQ(CommitTo(*ledger, "other", Dsm(), MakeRefreshes("r", 1)), Answers{true});
  EXPECT_EQ(CommitTo(*ledger, "cm", *FindFamily("aws"), MakeRefreshes("r", 1)), Answers{true});
}

TEST_F(SqliteLedgerForgetTest, TheRoomIsThatOfAllCollectors) {
  Fill();
  CommitTo(*folder.Open(), "other", Dsm(), MakeRefreshes("r", 5));
  EXPECT_EQ(HeldAfterForget(12), "r3 r4 r5 r6 r7 r8 r9");
  EXPECT_EQ(folder.Open()->Restore("other", Dsm(), kAll)->refreshes.size(), 5U);
}

TEST_F(SqliteLedgerForgetTest, TheRoomIsWatchedWhileTheProcessLives) {
  const auto ledger = folder.Open({.max_refreshes = 4});
  const auto forget = [&] {
    EXPECT_TRUE(ledger->Forget("cm", Dsm(), kNow, NoneListed()));
    return IdsOf(*ledger, kAll);
  };
  Commit(*ledger, MakeRefreshes("r", 4));
  EXPECT_EQ(forget(), "r0 r1 r2 r3");
  Commit(*ledger, MakeRefreshes("r", 6));
  EXPECT_EQ(forget(), "r2 r3 r4 r5");
  EXPECT_EQ(forget(), "r2 r3 r4 r5");
  Commit(*ledger, MakeRefreshes("r", 7));
  EXPECT_EQ(forget(), "r3 r4 r5 r6");
}

TEST_F(SqliteLedgerForgetTest, LetsALimitedNumberGoAtOnce) {
  Commit(*folder.Open(), MakeRefreshes("r", 2'101));
  const auto ledger = folder.Open({.max_refreshes = 0});
  const auto forget = [&] {
    EXPECT_TRUE(ledger->Forget("cm", Dsm(), kNow, NoneListed()));
    return ledger->Restore("cm", Dsm(), kAll)->refreshes.size();
  };
  EXPECT_EQ(forget(), 101U);
  EXPECT_EQ(forget(), 1U);
}

TEST_F(SqliteLedgerForgetTest, AnUnknownCollectorHasNothingToForget) {
  Fill();
  const auto ledger = folder.Open({.max_refreshes = 0});
  EXPECT_TRUE(ledger->Forget("other", Dsm(), kNow, NoneListed()));
  EXPECT_EQ(IdsOf(*ledger, kAll), "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9");
}

}  // namespace
}  // namespace cckm
