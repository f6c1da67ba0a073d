// The way of the tables from version 1 to version 2: since when each domain is known, whether it
// was listed, how often it failed in a row; how far an appliance's clock is ahead; and the tally of
// every table.  For schema.cc.
//
// Thread-safety: as the connection.

#pragma once

#include "exporter/ledger/sqlite/connection.h"

namespace cckm {

// Fails if the tables of version 1 are damaged: what is written here would hide it.
void MakeVersion2(SqliteConnection& connection);

}  // namespace cckm
