// The statements that every table with checksums has in common, and the tables' rows as they are
// written.  For this library.
//
// Thread-safety: as the connection.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/ledger/sqlite/statement.h"
#include "exporter/ledger/sqlite/tally.h"

namespace cckm {

// A table of schema.cc: its columns as a list, without the last one, `checksum`.
struct SqliteTable {
  std::string_view name;
  std::string_view columns;
  std::string_view key;  // the two columns in whose order the rows are kept
};

// The checksum of a list of values.
std::string ChecksumOf(std::string_view values);

// Reads all columns, then whether they match the checksum.
std::string SelectSql(const SqliteTable& table, std::string_view where);

// Stores a row from parameters in the order of the columns, in the place of one with the same key,
// and answers its checksum.
std::string StoreSql(const SqliteTable& table);

void FailAsChanged(SqliteConnection& connection, const SqliteTable& table);

// Goes to the next row of a SelectSql().  One that does not match its checksum is a failure.
bool NextVerifiedRow(SqliteConnection& connection, SqliteRun& run, const SqliteTable& table);

// The highest value of a column of integers; 0 without a row.
std::int64_t Highest(SqliteConnection& connection, const SqliteTable& table,
                     std::string_view column);

// Makes the checksum of every row anew.  The tally has to count anew then.
void RenewChecksums(SqliteConnection& connection, const SqliteTable& table);

// Stores `packed` in the column `durations` of every row.  The tally has to count anew then.
void ReplaceDurations(SqliteConnection& connection, const SqliteTable& table,
                      std::string_view packed);

// Writes the rows of a table whose key are its first two columns, and tells the tally.
class SqliteRows {
 public:
  // All of them outlive this.
  SqliteRows(SqliteConnection& connection, SqliteTally& tally, LedgerTable which,
             const SqliteTable& table);

  // Stores a row, in the place of the one with its key.
  template <typename Key1, typename Key2, typename... Values>
  void Put(const Key1& key1, const Key2& key2, const Values&... values) {
    const auto before = First(checksum_.Start(key1, key2));
    const auto after = First(store_.Start(key1, key2, values...));
    if (after) tally_.Add(which_, before ? 0 : 1, *after - before.value_or(0));
  }

  // Returns whether the row was there.
  template <typename Key1, typename Key2>
  bool Remove(const Key1& key1, const Key2& key2) {
    const auto before = First(checksum_.Start(key1, key2));
    if (!before) return false;
    remove_.Execute(key1, key2);
    tally_.Add(which_, -1, -*before);
    return true;
  }

 private:
  static std::optional<std::int64_t> First(SqliteRun run);

  SqliteTally& tally_;
  const LedgerTable which_;
  SqliteStatement checksum_;
  SqliteStatement store_;
  SqliteStatement remove_;
};

}  // namespace cckm
