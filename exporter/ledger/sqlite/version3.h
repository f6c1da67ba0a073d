// The way of the tables from version 2 to version 3: commits are counted; and the domains of a
// refresh may be packed with the numbers of those that there was no room for, of which an older row
// has none.  For schema.cc.
//
// Thread-safety: as the connection.

#pragma once

#include "exporter/ledger/sqlite/connection.h"

namespace cckm {

// Fails if the tables of version 2 are damaged.
void MakeVersion3(SqliteConnection& connection);

}  // namespace cckm
