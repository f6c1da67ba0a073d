#include "exporter/ledger/sqlite/store.h"

#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include "collectors/base/access_advice.h"
#include "exporter/ledger/sqlite/file.h"
#include "exporter/ledger/sqlite/future.h"
#include "exporter/ledger/sqlite/rebuild.h"
#include "exporter/ledger/sqlite/schema.h"
#include "exporter/ledger/sqlite/verify.h"

namespace cckm {
namespace {

using Kind = LedgerOpenFailure::Kind;
using Refusal = tl::unexpected<LedgerOpenFailure>;

Refusal CannotWrite(const std::filesystem::path& path, const std::string& why) {
  return Refusal({Kind::kCannotWrite, "the ledger " + path.string() + " cannot be written: " + why +
                                          "; make its folder writable for the user " +
                                          NameOfThisUser() + " and see that its disk has room"});
}

Refusal WrittenByNewer(const std::filesystem::path& file, std::int64_t version) {
  return Refusal(
      {Kind::kUnusable, "the ledger " + file.string() +
                            " was written by a newer version of the exporter (tables of version " +
                            std::to_string(version) + ", this one knows " +
                            std::to_string(kSchemaVersion) +
                            "); start that version, or move the file away to begin anew"});
}

Refusal RefusalFor(const std::filesystem::path& file, const SqliteFailure& failure) {
  const int primary = failure.code & 0xFF;
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
    return Refusal({Kind::kLocked,
                    "the ledger " + file.string() +
                        " is held by another process; end that one, or give this one a folder of "
                        "its own"});
  }
  if (!TellsDamage(failure.code)) return CannotWrite(file, failure.message);
  return Refusal(
      {Kind::kUnusable, "the ledger " + file.string() + " cannot be used: " + failure.message +
                            "; restore its folder from a backup, or move it away to begin anew"});
}

// One process holds the file for as long as it is open: nothing is shared in memory, and a second
// process finds out at once.
void Hold(SqliteConnection& connection) {
  connection.Execute(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON;"
      "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192");
}

// Every commit is on disk when it returns.  SQLite moves what was written ahead into the file after
// a commit; if that fails, the commit has succeeded all the same.
void WriteAhead(SqliteConnection& connection, int checkpoint_pages) {
  connection.Execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
      "PRAGMA journal_size_limit = 4194304");
  if (connection.ok()) sqlite3_wal_autocheckpoint(connection.handle(), checkpoint_pages);
}

// SQLite would begin a file of one byte anew, as if it were empty.
bool IsCutShort(const std::filesystem::path& file) {
  constexpr std::uintmax_t kSmallestPage = 512;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  return !error && size > 0 && size < kSmallestPage;
}

// The version of the tables in the file, once this process holds it.
tl::expected<std::int64_t, LedgerOpenFailure> TakeHold(SqliteConnection& connection,
                                                       const std::filesystem::path& file) {
  if (IsCutShort(file)) connection.FailAsCorrupt("it is cut short");
  Hold(connection);
  if (const auto held = connection.TakeFailure(); !held) return RefusalFor(file, held.error());
  SqliteTransaction look(connection, "BEGIN EXCLUSIVE");
  const std::int64_t version = ReadSchemaVersion(connection);
  if (const auto looked = look.Commit(); !looked) return RefusalFor(file, looked.error());
  if (version > kSchemaVersion) return WrittenByNewer(file, version);
  return version;
}

// Fails if a table is damaged, or if commits are missing that the mark tells of.
void CheckContent(SqliteStore& store, std::int64_t version) {
  if (version == kSchemaVersion) CheckTables(*store.connection, *store.tally);
  if (store.commits.Read() < store.mark->Read()) {
    store.connection->FailAsCorrupt("it lacks commits that " + store.mark->name() + " tells of");
  }
}

// Checks the file and brings it up to date, all or nothing.
SqliteResult<std::unique_ptr<SqliteStore>> MakeReady(std::unique_ptr<SqliteConnection> connection,
                                                     std::int64_t version,
                                                     const BucketBounds& bounds,
                                                     std::unique_ptr<SqliteCommitMark> mark,
                                                     WallTime now) {
  SqliteConnection& file = *connection;
  std::unique_ptr<SqliteStore> store;  // outlives the transaction on its connection
  SqliteTransaction transaction(file);
  CheckStructure(file);
  Migrate(file, version);
  store.reset(new SqliteStore{bounds, std::move(mark), std::move(connection)});
  store->tally->Load();
  CheckContent(*store, version);
  RebuildHistograms(*store);
  CorrectFuture(*store, now);
  if (store->tally->Store()) store->commits.Add();
  if (auto done = transaction.Commit(); !done) return tl::make_unexpected(std::move(done.error()));
  file.MoveInOnClose();
  return store;
}

}  // namespace

tl::expected<std::unique_ptr<SqliteStore>, LedgerOpenFailure> SqliteStore::Open(
    const std::filesystem::path& folder, const BucketBounds& bounds, int checkpoint_pages,
    WallTime now) {
  const auto file = MakeLedgerFile(folder);
  if (!file) return CannotWrite(folder / kLedgerFileName, file.error());
  auto connection = std::make_unique<SqliteConnection>(*file);
  const auto version = TakeHold(*connection, *file);
  if (!version) return tl::make_unexpected(version.error());
  WriteAhead(*connection, checkpoint_pages);
  if (const auto set = connection->TakeFailure(); !set) return RefusalFor(*file, set.error());
  auto store = MakeReady(std::move(connection), *version, bounds,
                         std::make_unique<SqliteCommitMark>(*file), now);
  if (!store) return RefusalFor(*file, store.error());
  SqliteStore& ready = **store;
  if (const auto reason = ready.mark->Write(ready.commits.latest())) {
    return CannotWrite(*file, *reason);
  }
  return std::move(*store);
}

}  // namespace cckm
