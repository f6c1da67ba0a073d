// An open ledger file: its connection and its tables.  For this room.
//
// Thread-safety: as the connection.

#pragma once

#include <filesystem>
#include <memory>
#include <tl/expected.hpp>

#include "exporter/ledger/sqlite_collector_table.h"
#include "exporter/ledger/sqlite_connection.h"
#include "exporter/ledger/sqlite_domain_table.h"
#include "exporter/ledger/sqlite_ledger.h"
#include "exporter/ledger/sqlite_refresh_table.h"

namespace cckm {

struct SqliteStore {
  // As SqliteLedger::Open().
  static tl::expected<std::unique_ptr<SqliteStore>, LedgerOpenFailure> Open(
      const std::filesystem::path& folder, const BucketBounds& bounds, int checkpoint_pages);

  // The tables go before the connection that they use.
  const BucketBounds& bounds;
  std::unique_ptr<SqliteConnection> connection;
  SqliteCollectorTable collectors;
  SqliteDomainTable domains;
  SqliteRefreshTable refreshes;
};

}  // namespace cckm
