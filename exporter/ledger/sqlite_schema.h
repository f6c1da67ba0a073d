// The tables of the ledger's file, and the way from an older version of them to this one.  For this
// room.
//
// Thread-safety: as the connection.

#pragma once

#include <cstdint>

#include "exporter/ledger/sqlite_connection.h"

namespace cckm {

// Stored in the file as its user_version.  A version is never changed once it was released: a
// change is a further one with its step.
inline constexpr std::int64_t kSchemaVersion = 1;

// The version of the tables in the file, 0 for a new file.  Fails if the file is not a ledger.
std::int64_t ReadSchemaVersion(SqliteConnection& connection);

// Takes the tables from `version` to kSchemaVersion.  Always writes to the file.
void Migrate(SqliteConnection& connection, std::int64_t version);

// Fails if the structure of the file is damaged.  Together with the checksums, which the tables
// check when they are made, this finds whatever could make a counter wrong: the one thing it leaves
// out is whether refresh_by_time agrees with its table, which takes longer than all the rest and
// decides only what is shown and what goes first.
void CheckStructure(SqliteConnection& connection);

}  // namespace cckm
