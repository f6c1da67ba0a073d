// The statements that every table with checksums has in common, as text.  For this room.
//
// Thread-safety: pure functions.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "exporter/ledger/sqlite_statement.h"

namespace cckm {

// A table of sqlite_schema.cc: its columns as a list, without the last one, `checksum`.
struct SqliteTable {
  std::string_view name;
  std::string_view columns;
  int column_count = 0;
};

// Reads all columns, then whether they match the checksum.
std::string SelectSql(const SqliteTable& table, std::string_view where);

// Stores a row from parameters in the order of the columns.  `verb` is INSERT or REPLACE.
std::string StoreSql(const SqliteTable& table, std::string_view verb);

// Goes to the next row of a SelectSql().  One that does not match its checksum is a failure.
bool NextSound(SqliteConnection& connection, SqliteRun& run, const SqliteTable& table);

// Reads a whole table and fails if a row does not match its checksum.  Returns the answer of
// `aggregate`, such as count(*); 0 where it is NULL.
std::int64_t CheckRows(SqliteConnection& connection, const SqliteTable& table,
                       std::string_view aggregate);

// Stores `packed` in the column `durations` of every row.
void ReplaceDurations(SqliteConnection& connection, const SqliteTable& table,
                      std::string_view packed);

}  // namespace cckm
