// The checks of a ledger's file before anything is taken from it: what is damaged, lost, doubled or
// put back from an older copy is noticed here.  For SqliteStore, within a transaction.
//
// Thread-safety: as the connection.

#pragma once

#include "exporter/ledger/sqlite/connection.h"
#include "exporter/ledger/sqlite/tally.h"

namespace cckm {

// Fails if the structure of the file is damaged.
void CheckStructure(SqliteConnection& connection);

// Fails if a row of a table of version 1 does not match its checksum, if rows are not in the order
// of their keys, or if the index is not that of its table.
void CheckTablesOfVersion1(SqliteConnection& connection);

// The same for the tables as they are now; and fails if they are not what `tally` says.
void CheckTables(SqliteConnection& connection, const SqliteTally& tally);

}  // namespace cckm
