// What a killed process has written ahead, when it is damaged, cut or lost; and the number of
// commits beside the ledger, by which that is noticed.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "exporter/ledger/sqlite/commit_mark.h"
#include "tests/unit/exporter/ledger/sqlite/sqlite_fault_disk.h"
#include "tests/unit/exporter/ledger/sqlite/sqlite_ledger_fixture.h"

namespace cckm {
namespace {

using Kind = LedgerOpenFailure::Kind;

class SqliteLedgerAheadTest : public ::testing::Test {
 protected:
  // A process that was killed after it had committed each refresh on its own.
  SqliteLedgerAheadTest() {
    const LedgerFolder living;
    const auto ledger = living.Open({.checkpoint_pages = 100'000});
    states_ = {HeldText(*ledger)};
    for (const Refresh& refresh : refreshes_) {
      Commit(*ledger, {refresh});
      states_.push_back(HeldText(*ledger));
    }
    killed_ = living.Read();
    EXPECT_GT(killed_.ahead.size(), 100'000U);
  }

  // Of what is written ahead, cut somewhere or with a changed byte there.
  std::vector<std::string> Damaged() const {
    std::vector<std::string> all;
    for (std::size_t at = 0; at < killed_.ahead.size(); at += killed_.ahead.size() / 150) {
      all.push_back(killed_.ahead.substr(0, at));
      all.push_back(killed_.ahead);
      all.back()[at] = static_cast<char>(~all.back()[at]);
    }
    return all;
  }

  FaultDisk quick_disk_;
  const std::vector<Refresh> refreshes_ = MakeRefreshes("refresh-", 25);
  std::vector<std::string> states_;  // after each commit
  LedgerBytes killed_;
};

TEST_F(SqliteLedgerAheadTest, ALedgerThatLacksACommitIsRefusedHoweverOftenItIsTried) {
  int refused = 0;
  for (const std::string& ahead : Damaged()) {
    SCOPED_TRACE(ahead.size());
    const LedgerFolder folder;
    LedgerBytes bytes = killed_;
    bytes.ahead = ahead;
    folder.Write(bytes);
    for (int attempt = 0; attempt < 2; ++attempt) {
      const auto ledger = folder.TryOpen();
      if (ledger) {
        EXPECT_EQ(HeldText(**ledger), states_.back());
        break;
      }
      ++refused;
      EXPECT_EQ(ledger.error().kind, Kind::kUnusable) << ledger.error().message;
      EXPECT_EQ(ReadBytes(folder.file()), killed_.file) << "it is left alone";
      EXPECT_EQ(ReadBytes(folder.log_file()), ahead);
    }
  }
  EXPECT_GT(refused, 2 * 290);
}

TEST_F(SqliteLedgerAheadTest, TheRefusalNamesTheFileThatTellsOfMore) {
  const LedgerFolder folder;
  killed_.ahead.clear();
  folder.Write(killed_);
  const auto ledger = folder.TryOpen();
  ASSERT_FALSE(ledger);
  EXPECT_EQ(
      ledger.error().message,
      "the ledger " + folder.file().string() +
          " cannot be used: it lacks commits that ledger.sqlite-commits tells of; restore its "
          "folder from a backup, or move it away to begin anew");
}

TEST_F(SqliteLedgerAheadTest, AnEmptyFileBesideANumberOfCommitsIsNoNewLedger) {
  const LedgerFolder folder;
  folder.Write({.file = {}, .ahead = {}, .mark = killed_.mark});
  const auto ledger = folder.TryOpen();
  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().kind, Kind::kUnusable);
}

// As an earlier version leaves it.
TEST_F(SqliteLedgerAheadTest, WithoutANumberOfCommitsItEndsWhereItIsDamaged) {
  for (const std::string& ahead : Damaged()) {
    SCOPED_TRACE(ahead.size());
    const LedgerFolder folder;
    folder.Write({.file = killed_.file, .ahead = ahead, .mark = {}});
    const auto ledger = folder.Open();
    ASSERT_NE(ledger, nullptr);
    EXPECT_EQ(std::count(states_.begin(), states_.end(), HeldText(*ledger)), 1);
    for (const Refresh& refresh : refreshes_) Commit(*ledger, {refresh});
    EXPECT_EQ(HeldText(*ledger), states_.back());
  }
}

TEST_F(SqliteLedgerAheadTest, ANumberOfCommitsThatIsDamagedItselfTellsNothing) {
  for (std::size_t at = 0; at < killed_.mark.size(); ++at) {
    for (const bool is_cut : {true, false}) {
      SCOPED_TRACE(at);
      const LedgerFolder folder;
      LedgerBytes bytes = killed_;
      if (is_cut) bytes.mark.resize(at);
      if (!is_cut) bytes.mark[at] = static_cast<char>(bytes.mark[at] ^ 1);
      folder.Write(bytes);
      const auto ledger = folder.Open();
      ASSERT_NE(ledger, nullptr);
      EXPECT_EQ(HeldText(*ledger), states_.back());
    }
  }
}

TEST_F(SqliteLedgerAheadTest, ALedgerThatHoldsMoreThanIsToldIsTaken) {
  const LedgerFolder folder;
  const auto ledger = folder.Open();
  const std::string earlier_mark = ReadBytes(folder.mark_file());
  Commit(*ledger, refreshes_);
  LedgerBytes killed_between = folder.Read();
  EXPECT_NE(killed_between.mark, earlier_mark);
  killed_between.mark = earlier_mark;
  const LedgerFolder again;
  again.Write(killed_between);
  EXPECT_EQ(HeldText(*again.Open()), HeldText(*ledger));
}

TEST_F(SqliteLedgerAheadTest, EveryCommitIsCountedOpeningsToo) {
  const LedgerFolder folder;
  const SqliteCommitMark mark(folder.file());
  const BucketBounds other({2, 3});
  auto ledger = folder.Open();
  EXPECT_EQ(mark.Read(), 1) << "the bounds of the buckets are stored";
  Commit(*ledger, {refreshes_[0]});
  EXPECT_EQ(mark.Read(), 2);
  Commit(*ledger, {refreshes_[0]});
  EXPECT_EQ(mark.Read(), 2) << "nothing was stored";
  ledger.reset();
  ledger = folder.OpenWith(other);
  EXPECT_EQ(mark.Read(), 3);
}

TEST_F(SqliteLedgerAheadTest, OnlyItsUserMayReadTheNumberOfCommits) {
  const LedgerFolder folder;
  const auto ledger = folder.Open();
  struct stat status {};
  ASSERT_EQ(::stat(folder.mark_file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(SqliteLedgerAheadTest, ANumberOfCommitsThatCannotBeWrittenIsAFolderThatCannotBeWritten) {
  const LedgerFolder folder;
  folder.Open().reset();
  std::filesystem::create_directory(folder.mark_file());
  const auto ledger = folder.TryOpen();
  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().kind, Kind::kCannotWrite);
  EXPECT_NE(ledger.error().message.find("ledger.sqlite-commits"), std::string::npos)
      << ledger.error().message;
}

TEST_F(SqliteLedgerAheadTest, TheNumberOfCommitsStaysAsLongAsSomethingIsWrittenAhead) {
  const LedgerFolder folder;
  folder.Open().reset();
  EXPECT_FALSE(std::filesystem::exists(folder.mark_file()));
  {
    SqliteCommitMark mark(folder.file());
    EXPECT_EQ(mark.Read(), 0);
    EXPECT_EQ(mark.Write(41), std::nullopt);
    EXPECT_EQ(mark.Write(42), std::nullopt);
    EXPECT_EQ(mark.Read(), 42);
    WriteBytes(folder.log_file(), "");
  }
  {
    const SqliteCommitMark only_read(folder.file());
    EXPECT_EQ(only_read.Read(), 42);
    std::filesystem::remove(folder.log_file());
  }
  EXPECT_TRUE(std::filesystem::exists(folder.mark_file())) << "whoever only read it leaves it";
  EXPECT_EQ(SqliteCommitMark(folder.file()).Write(43), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(folder.mark_file()));
}

}  // namespace
}  // namespace cckm
