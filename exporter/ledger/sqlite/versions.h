// The ways of the tables from one version to the next.  For schema.cc.
//
// Thread-safety: as the connection.

#pragma once

#include "exporter/ledger/sqlite/connection.h"

namespace cckm {

// From version 1: since when each domain is known, whether it was listed, how often it failed in a
// row; how far an appliance's clock is ahead; and the tally of every table.  Fails if the tables of
// version 1 are damaged: what is written here would hide it.
void MakeVersion2(SqliteConnection& connection);

// From version 2: commits are counted; and the domains of a refresh may be packed with the numbers
// of those that there was no room for, of which an older row has none.  Fails if the tables of
// version 2 are damaged.
void MakeVersion3(SqliteConnection& connection);

}  // namespace cckm
