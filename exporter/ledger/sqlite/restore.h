// Reads back what the tables hold of a collector.  For SqliteLedger, within a transaction.
//
// Thread-safety: as the connection.

#pragma once

#include <string_view>

#include "exporter/ledger/ledger.h"
#include "exporter/ledger/sqlite/store.h"

namespace cckm {

// As Ledger::Restore.
CollectorMemory RestoreCollector(SqliteStore& store, std::string_view target, const Family& family,
                                 const WantedRefreshes& wanted);

}  // namespace cckm
