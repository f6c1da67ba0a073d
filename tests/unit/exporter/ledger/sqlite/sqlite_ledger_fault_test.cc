// The durable ledger on a disk that fails, or when its process is killed, at every write there is.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/exporter/ledger/sqlite/sqlite_fault_disk.h"
#include "tests/unit/exporter/ledger/sqlite/sqlite_ledger_fixture.h"

namespace cckm {
namespace {

using Fault = FaultDisk::Fault;

constexpr int kMaxWrites = 500;  // more than any of the cases has

// What is written ahead is moved into the file after every commit, or never while it is open.
constexpr SqliteLedgerOptions kMovedAtOnce{.checkpoint_pages = 1};
constexpr SqliteLedgerOptions kNotMoved{};

class SqliteLedgerFaultTest : public ::testing::TestWithParam<SqliteLedgerOptions> {
 protected:
  SqliteLedgerFaultTest() {
    const LedgerFolder folder;
    const auto ledger = folder.Open();
    Commit(*ledger, first_);
    before_ = HeldText(*ledger);
    Commit(*ledger, second_);
    after_ = HeldText(*ledger);
  }

  // A ledger that holds the first commit.
  std::unique_ptr<SqliteLedger> OpenWithTheFirst(const LedgerFolder& folder) const {
    auto ledger = folder.Open(GetParam());
    EXPECT_EQ(Commit(*ledger, first_), Answers(first_.size(), true));
    return ledger;
  }

  // That the second commit is there once, now or when it is tried again.
  void ExpectOnceInTheEnd(Ledger& ledger) const {
    EXPECT_TRUE(HeldText(ledger) == before_ || HeldText(ledger) == after_) << HeldText(ledger);
    const bool is_there = HeldText(ledger) == after_;
    EXPECT_EQ(Commit(ledger, second_), Answers(second_.size(), !is_there));
    EXPECT_EQ(HeldText(ledger), after_);
  }

  // Whether the fault was not reached; it will not be, then.
  bool NoWriteIsLeft() {
    if (!disk_.was_reached()) disk_.Heal();
    return !disk_.was_reached();
  }

  FaultDisk disk_;
  const std::vector<Refresh> first_ = MakeRefreshes("first", 30);
  const std::vector<Refresh> second_ = MakeRefreshes("second", 40);
  std::string before_;  // what is held after the first commit
  std::string after_;   // what is held after the second commit too
};

INSTANTIATE_TEST_SUITE_P(WrittenAhead, SqliteLedgerFaultTest,
                         ::testing::Values(kMovedAtOnce, kNotMoved));

TEST_P(SqliteLedgerFaultTest, AWriteThatFailsOnceLosesNothing) {
  int failed = 0;
  int succeeded_all_the_same = 0;
  for (int number = 1; number <= kMaxWrites; ++number) {
    SCOPED_TRACE(number);
    const LedgerFolder folder;
    auto ledger = OpenWithTheFirst(folder);
    disk_.FailAt(number, Fault::kFailsOnce);
    const Answers answers = Commit(*ledger, second_);
    if (NoWriteIsLeft()) break;
    ++(answers.empty() ? failed : succeeded_all_the_same);
    EXPECT_EQ(HeldText(*ledger), answers.empty() ? before_ : after_);
    ExpectOnceInTheEnd(*ledger);
    ledger.reset();
    ledger = folder.Open(GetParam());
    EXPECT_EQ(HeldText(*ledger), after_);
    EXPECT_EQ(Commit(*ledger, second_), Answers(second_.size(), false));
  }
  EXPECT_FALSE(disk_.was_reached()) << "every write had its turn";
  EXPECT_GT(failed, 5);
  EXPECT_EQ(succeeded_all_the_same > 0, GetParam().checkpoint_pages == 1)
      << "a commit does not fail where only moving it into the file does";
}

TEST_P(SqliteLedgerFaultTest, ADiskThatBreaksAndIsHealedLosesNothing) {
  for (int number = 1; number <= kMaxWrites; ++number) {
    SCOPED_TRACE(number);
    const LedgerFolder folder;
    auto ledger = OpenWithTheFirst(folder);
    disk_.FailAt(number, Fault::kStaysBroken);
    for (int attempt = 0; attempt < 3; ++attempt) Commit(*ledger, second_);
    if (NoWriteIsLeft()) break;
    disk_.Heal();
    ExpectOnceInTheEnd(*ledger);
    ledger.reset();
    EXPECT_EQ(HeldText(*folder.Open(GetParam())), after_);
  }
  EXPECT_FALSE(disk_.was_reached());
}

TEST_P(SqliteLedgerFaultTest, AProcessThatEndsOnABrokenDiskLeavesAllOfACommitOrNothing) {
  for (int number = 1; number <= kMaxWrites; ++number) {
    SCOPED_TRACE(number);
    const LedgerFolder folder;
    auto ledger = OpenWithTheFirst(folder);
    disk_.FailAt(number, Fault::kStaysBroken);
    const bool is_stored = !Commit(*ledger, second_).empty();
    if (NoWriteIsLeft()) break;
    ledger.reset();
    disk_.Heal();
    ledger = folder.Open(GetParam());
    EXPECT_TRUE(!is_stored || HeldText(*ledger) == after_) << HeldText(*ledger);
    ExpectOnceInTheEnd(*ledger);
  }
  EXPECT_FALSE(disk_.was_reached());
}

// Ends a process of its own at the `number`th write of a commit; false if it has fewer.
bool KillInCommit(FaultDisk& disk, SqliteLedger& ledger, const std::vector<Refresh>& refreshes,
                  int number) {
  disk.FailAt(number, Fault::kKills);
  Commit(ledger, refreshes);
  return disk.was_reached();
}

TEST_P(SqliteLedgerFaultTest, AKillLeavesAllOfACommitOrNothing) {
  bool was_killed = true;
  for (int number = 1; was_killed && number <= kMaxWrites; ++number) {
    SCOPED_TRACE(number);
    const LedgerFolder folder;
    const pid_t child = ::fork();
    if (child == 0) {
      const auto ledger = OpenWithTheFirst(folder);
      ::_exit(KillInCommit(disk_, *ledger, second_, number) ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    was_killed = WIFSIGNALED(status);
    auto ledger = folder.Open(GetParam());
    ASSERT_NE(ledger, nullptr);
    ExpectOnceInTheEnd(*ledger);
    ledger.reset();
    EXPECT_EQ(HeldText(*folder.Open(GetParam())), after_);
  }
  EXPECT_FALSE(was_killed) << "every write had its turn";
}

TEST_P(SqliteLedgerFaultTest, ALedgerThatCannotBeWrittenAtTheStartIsNotOpened) {
  int failed = 0;
  for (int number = 1; number <= kMaxWrites; ++number) {
    SCOPED_TRACE(number);
    const LedgerFolder folder;
    OpenWithTheFirst(folder).reset();
    disk_.FailAt(number, Fault::kStaysBroken);
    auto ledger = folder.TryOpen(GetParam());
    if (NoWriteIsLeft()) break;
    if (!ledger) {
      ++failed;
      EXPECT_EQ(ledger.error().kind, LedgerOpenFailure::Kind::kCannotWrite);
    } else {
      ledger->reset();
    }
    disk_.Heal();
    ExpectOnceInTheEnd(*folder.Open(GetParam()));
  }
  EXPECT_FALSE(disk_.was_reached());
  EXPECT_GT(failed, 2);
}

TEST_P(SqliteLedgerFaultTest, ANewLedgerThatCouldNotBeMadeCanBeMadeLater) {
  for (int number = 1; number <= kMaxWrites; ++number) {
    SCOPED_TRACE(number);
    const LedgerFolder folder;
    disk_.FailAt(number, Fault::kStaysBroken);
    (void)folder.TryOpen(GetParam());
    if (NoWriteIsLeft()) break;
    disk_.Heal();
    EXPECT_EQ(HeldText(*OpenWithTheFirst(folder)), before_);
  }
  EXPECT_FALSE(disk_.was_reached());
}

TEST_P(SqliteLedgerFaultTest, WhatCouldNotBeForgottenIsHeld) {
  for (int number = 1; number <= kMaxWrites; ++number) {
    SCOPED_TRACE(number);
    const LedgerFolder folder;
    OpenWithTheFirst(folder).reset();
    SqliteLedgerOptions options = GetParam();
    options.max_refreshes = 20;
    const auto ledger = folder.Open(options);
    const auto forget = [&] {
      const WallTime later = FakeClock::kStart + std::chrono::hours(1'000);
      return ledger->Forget("cm", Dsm(), later, NoneListed()).has_value();
    };
    const auto held = [&] {
      return ledger->Restore("cm", Dsm(), {.refresh_ids = {}, .finished_since = WallTime::min()})
          ->refreshes.size();
    };
    disk_.FailAt(number, Fault::kFailsOnce);
    const bool is_done = forget();
    EXPECT_EQ(held(), is_done ? 20U : 30U);
    if (NoWriteIsLeft()) break;
    EXPECT_TRUE(forget());
    EXPECT_EQ(held(), 20U);
    EXPECT_EQ(Commit(*ledger, first_), Answers(first_.size(), false));
  }
  EXPECT_FALSE(disk_.was_reached());
}

}  // namespace
}  // namespace cckm
