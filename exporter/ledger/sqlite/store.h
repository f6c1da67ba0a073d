// An open ledger file: its connection and its tables.  For this library.
//
// Thread-safety: as the connection.

#pragma once

#include <filesystem>
#include <memory>
#include <tl/expected.hpp>

#include "exporter/ledger/ledger.h"
#include "exporter/ledger/sqlite/collector_table.h"
#include "exporter/ledger/sqlite/commit_mark.h"
#include "exporter/ledger/sqlite/connection.h"
#include "exporter/ledger/sqlite/domain_table.h"
#include "exporter/ledger/sqlite/refresh_table.h"
#include "exporter/ledger/sqlite/tally.h"

namespace cckm {

struct SqliteStore {
  // As SqliteLedger::Open().
  static tl::expected<std::unique_ptr<SqliteStore>, LedgerOpenFailure> Open(
      const std::filesystem::path& folder, const BucketBounds& bounds, int checkpoint_pages,
      WallTime now);

  // The tables go before the connection that they use, and that before the mark.
  const BucketBounds& bounds;
  std::unique_ptr<SqliteCommitMark> mark;
  std::unique_ptr<SqliteConnection> connection;
  std::unique_ptr<SqliteTally> tally = std::make_unique<SqliteTally>(*connection);
  SqliteCommitCount commits{*connection};
  SqliteCollectorTable collectors{*connection, *tally, bounds};
  SqliteDomainTable domains{*connection, *tally, bounds};
  SqliteRefreshTable refreshes{*connection, *tally};
};

// A transaction that may change the tables: rolls back unless committed.
class StoreTransaction {
 public:
  // `store` outlives this.
  explicit StoreTransaction(SqliteStore& store) : store_(store), transaction_(*store.connection) {
    store_.tally->Load();
  }

  // As SqliteTransaction::Commit().
  [[nodiscard]] SqliteResult<void> Commit() {
    const bool is_change = store_.tally->Store();
    if (is_change) store_.commits.Add();
    auto done = transaction_.Commit();
    // Where this fails the commit has succeeded all the same.
    if (done && is_change) (void)store_.mark->Write(store_.commits.latest());
    return done;
  }

 private:
  SqliteStore& store_;
  SqliteTransaction transaction_;
};

}  // namespace cckm
