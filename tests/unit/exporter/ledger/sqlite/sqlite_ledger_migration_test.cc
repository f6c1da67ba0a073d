// The durable ledger of an older version: it is brought up to date as a whole or not at all, and
// loses no count.
//
// fixtures/ledgers/version1.sqlite was written by the last revision whose tables were of version 1
// ("Tell the paths of fixtures to the one file that reads them"), by a program that called
// Commit(), SetBaseline() and Forget() of its SqliteLedger.  It has the collectors dsm and aws of
// the target cm, dsm of other and of idle; completed, partial, failed and cancelled refreshes, one
// that is only remembered, one without times, one with a negative duration; and three keys that
// were forgotten.
//
// fixtures/ledgers/version2.sqlite was made of it by the last revision whose tables were of version
// 2, with two later refreshes, domains that were listed, and one that was only met.

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <span>

#include "exporter/ledger/sqlite/schema.h"
#include "tests/support/fixtures/fixture.h"
#include "tests/unit/exporter/ledger/sqlite/sqlite_fault_disk.h"
#include "tests/unit/exporter/ledger/sqlite/sqlite_ledger_fixture.h"

namespace cckm {
namespace {

using Fault = FaultDisk::Fault;

constexpr int kMaxWrites = 500;

int AppendRow(void* text, int count, char** values, char** /*names*/) {
  for (int i = 0; i < count; ++i) static_cast<std::string*>(text)->append(values[i]).append(" ");
  static_cast<std::string*>(text)->append("\n");
  return 0;
}

// What a statement answers on a file that nobody holds.
std::string Request(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* handle = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &handle), SQLITE_OK);
  std::string text;
  char* error = nullptr;
  // Without shared memory, which the disk of the tests does not have.
  sqlite3_exec(handle, "PRAGMA locking_mode = EXCLUSIVE", nullptr, nullptr, nullptr);
  EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), AppendRow, &text, &error), SQLITE_OK) << error;
  sqlite3_close(handle);
  return text;
}

// Everything that is in the columns of these tables, to the last byte, but for the checksums.
std::string KeptIn(std::span<const SqliteTable> tables, const std::filesystem::path& file) {
  std::string text;
  for (const SqliteTable& table : tables) {
    std::string columns(table.columns);
    for (std::size_t at = 0; (at = columns.find(", ", at)) != std::string::npos; at += 11) {
      columns.replace(at, 2, "), quote(");
    }
    text += Request(file, "SELECT quote(" + columns + ") FROM " + std::string(table.name) +
                              " ORDER BY " + std::string(table.key));
  }
  return text;
}

std::map<std::string, std::uint64_t> FailuresInARow(const Ledger& ledger, std::string_view target,
                                                    std::string_view family) {
  std::map<std::string, std::uint64_t> failures;
  const auto memory = ledger.Restore(target, *FindFamily(family), {});
  EXPECT_TRUE(memory);
  if (!memory) return failures;
  for (const auto& [id, history] : memory->domains) failures[id] = history.failures.count();
  return failures;
}

struct OlderVersion {
  std::string number;
  std::span<const SqliteTable> tables;
};

class SqliteLedgerMigrationTest : public ::testing::TestWithParam<OlderVersion> {
 protected:
  SqliteLedgerMigrationTest() {
    const LedgerFolder folder;
    folder.Write(older_);
    EXPECT_EQ(Request(folder.file(), "PRAGMA user_version"), GetParam().number + " \n");
    kept_ = KeptIn(GetParam().tables, folder.file());
    folder.Open().reset();
    EXPECT_EQ(KeptIn(GetParam().tables, folder.file()), kept_);
    held_ = HeldText(*folder.Open());
  }

  void ExpectUpToDate(const LedgerFolder& folder) const {
    EXPECT_EQ(HeldText(*folder.Open()), held_);
    EXPECT_EQ(KeptIn(GetParam().tables, folder.file()), kept_);
  }

  FaultDisk disk_;
  const std::string older_ = ReadFixture("ledgers/version" + GetParam().number + ".sqlite");
  std::string kept_;
  std::string held_;  // of dsm of cm, once it is up to date
};

INSTANTIATE_TEST_SUITE_P(Of, SqliteLedgerMigrationTest,
                         ::testing::Values(OlderVersion{"1", kTablesOfVersion1},
                                           OlderVersion{"2", kTables}),
                         [](const auto& of) { return "Version" + of.param.number; });

TEST(SqliteLedgerVersion1Test, LosesNoCountAndNoKey) {
  const LedgerFolder folder;
  folder.Write(ReadFixture("ledgers/version1.sqlite"));
  const auto ledger = folder.Open();
  ASSERT_NE(ledger, nullptr);
  std::vector<Refresh> known;
  for (int i = 0; i < 10; ++i) known.push_back(MakeRefresh("old-" + std::to_string(i), {}));
  for (const char* id : {"seen-before", "partial-2", "failed-1", "without-times", "backwards"}) {
    known.push_back(MakeRefresh(id, {}));
  }
  EXPECT_EQ(Commit(*ledger, known), Answers(known.size(), false));
  EXPECT_EQ(CommitTo(*ledger, "other", Dsm(), {MakeRefresh("old-0", {}), MakeRefresh("old-1", {})}),
            (Answers{false, true}));
  EXPECT_TRUE(ledger->Restore("idle", Dsm(), {})->baseline);
}

TEST(SqliteLedgerVersion1Test, FailuresInARowAreThoseOfTheRefreshesKept) {
  const LedgerFolder folder;
  folder.Write(ReadFixture("ledgers/version1.sqlite"));
  const auto ledger = folder.Open();
  EXPECT_EQ(FailuresInARow(*ledger, "cm", "dsm"),
            (std::map<std::string, std::uint64_t>{
                {"archive", 1}, {"clock", 0}, {"lab", 1}, {"payroll", 6}}));
  EXPECT_EQ(FailuresInARow(*ledger, "cm", "aws"),
            (std::map<std::string, std::uint64_t>{{"eu-west-1", 3}}));
  EXPECT_EQ(FailuresInARow(*ledger, "other", "dsm"),
            (std::map<std::string, std::uint64_t>{{"payroll", 1}}));
}

TEST(SqliteLedgerVersion1Test, DomainsWereFirstSeenWhenTheirRowWasMadeAndNeverListed) {
  const LedgerFolder folder;
  folder.Write(ReadFixture("ledgers/version1.sqlite"));
  const auto memory = folder.Open()->Restore("cm", Dsm(), {});
  ASSERT_TRUE(memory);
  for (const auto& [id, history] : memory->domains) {
    const auto hours = std::chrono::hours(id == "lab" ? 2 : id == "clock" ? 6 : 0);
    EXPECT_EQ(history.first_seen_at, FakeClock::kStart + hours) << id;
    EXPECT_FALSE(history.was_listed) << id;
  }
}

TEST_P(SqliteLedgerMigrationTest, AWriteThatFailsLeavesTheOldFileOrTheNewOne) {
  int failed = 0;
  for (const Fault fault : {Fault::kFailsOnce, Fault::kStaysBroken}) {
    for (int number = 1; number <= kMaxWrites; ++number) {
      SCOPED_TRACE(number);
      const LedgerFolder folder;
      folder.Write(older_);
      disk_.FailAt(number, fault);
      failed += folder.TryOpen() ? 0 : 1;
      const bool was_reached = disk_.was_reached();
      disk_.Heal();
      ExpectUpToDate(folder);
      if (!was_reached) break;
      EXPECT_NE(number, kMaxWrites) << "every write had its turn";
    }
  }
  EXPECT_GT(failed, 10);
}

TEST_P(SqliteLedgerMigrationTest, AKillLeavesTheOldFileOrTheNewOne) {
  bool was_killed = true;
  for (int number = 1; was_killed && number <= kMaxWrites; ++number) {
    SCOPED_TRACE(number);
    const LedgerFolder folder;
    folder.Write(older_);
    const pid_t child = ::fork();
    if (child == 0) {
      disk_.FailAt(number, Fault::kKills);
      ::_exit(folder.TryOpen() ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    was_killed = WIFSIGNALED(status);
    ExpectUpToDate(folder);
  }
  EXPECT_FALSE(was_killed) << "every write had its turn";
}

TEST_P(SqliteLedgerMigrationTest, DamageOfTheOldFileIsNoticedOrMattersNot) {
  int refused = 0;
  for (std::size_t at = 0; at < older_.size(); at += older_[at] == 0 ? 97U : 7U) {
    SCOPED_TRACE(at);
    std::string damaged = older_;
    damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << at % 8));
    const LedgerFolder folder;
    folder.Write(damaged);
    const auto ledger = folder.TryOpen();
    if (ledger) {
      EXPECT_EQ(HeldText(**ledger), held_);
      continue;
    }
    ++refused;
    EXPECT_EQ(ledger.error().kind, LedgerOpenFailure::Kind::kUnusable) << ledger.error().message;
    EXPECT_EQ(ReadBytes(folder.file()).size(), damaged.size());
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace cckm
