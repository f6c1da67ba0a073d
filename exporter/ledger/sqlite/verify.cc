#include "exporter/ledger/sqlite/verify.h"

#include <fmt/format.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/ledger/sqlite/schema.h"
#include "exporter/ledger/sqlite/statement.h"
#include "exporter/ledger/sqlite/table.h"

namespace cckm {
namespace {

// Reads the file from front to back.  The checks jump about in it: where the system has it in its
// cache then, they take half as long.
void WarmUp(SqliteConnection& connection) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (file == nullptr || file->pMethods == nullptr) return;
  sqlite3_int64 size = 0;
  if (file->pMethods->xFileSize(file, &size) != SQLITE_OK) return;
  std::vector<char> buffer(std::size_t{1} << 20U);
  const auto length = static_cast<int>(buffer.size());
  for (sqlite3_int64 at = 0; at + length <= size; at += length) {
    if (file->pMethods->xRead(file, buffer.data(), length, at) != SQLITE_OK) return;
  }
}

// The first columns of rows, of which each has to come after the one before.
class Ascending {
 public:
  explicit Ascending(int columns) : parts_(static_cast<std::size_t>(columns)) {}

  // Whether the row comes after the one before.
  bool Takes(const SqliteRun& run) {
    bool is_after = is_first_;
    bool is_equal = !is_first_;
    is_first_ = false;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const auto order = Replace(parts_[i], run, static_cast<int>(i));
      if (!is_equal) continue;
      is_equal = order == 0;
      is_after = order > 0;
    }
    return is_after;
  }

 private:
  struct Part {
    std::int64_t number = 0;
    std::string bytes;
  };

  static std::strong_ordering Replace(Part& part, const SqliteRun& run, int column) {
    if (run.IsInteger(column)) {
      const auto order = run.Integer(column) <=> part.number;
      part.number = run.Integer(column);
      return order;
    }
    const std::string_view bytes = run.Bytes(column);
    const auto order = bytes <=> std::string_view(part.bytes);
    part.bytes.assign(bytes);
    return order;
  }

  std::vector<Part> parts_;
  bool is_first_ = true;
};

// Reads a whole table in the order of its keys.
TableSum CheckTable(SqliteConnection& connection, const SqliteTable& table) {
  SqliteStatement statement(connection,
                            fmt::format("SELECT {}, checksum, checksum = {} FROM {}", table.key,
                                        ChecksumOf(table.columns), table.name));
  SqliteRun run = statement.Start();
  Ascending keys(2);
  TableSum sum;
  while (run.Next()) {
    if (run.Integer(3) != 1) FailAsChanged(connection, table);
    if (!keys.Takes(run)) {
      connection.FailAsCorrupt("the rows of the table " + std::string(table.name) +
                               " are not in order");
    }
    ++sum.rows;
    sum.checksums += run.Integer(2);
  }
  return sum;
}

std::uint64_t Mix(std::uint64_t bits) {
  bits = (bits ^ bits >> 32U) * 0x9E37'79B9'7F4A'7C15U;
  return bits ^ bits >> 29U;
}

// What the entries of an index of refreshes by time add up to, however they are ordered.
struct EntrySum {
  std::uint64_t entries = 0;
  std::uint64_t sum = 0;

  void Add(const SqliteRun& run) {
    const auto time = static_cast<std::uint64_t>(run.Integer(1));
    const auto collector = static_cast<std::uint64_t>(run.Integer(0));
    ++entries;
    sum += Mix(Mix(Mix(collector) ^ time) ^ std::hash<std::string_view>()(run.Bytes(2)));
  }
  friend bool operator==(const EntrySum&, const EntrySum&) = default;
};

// The index is read in its order, which has to be that of its entries; and those have to be the
// rows of the table.
void CheckTimeIndex(SqliteConnection& connection) {
  // A column that the index does not have makes SQLite read the table.
  EntrySum in_table;
  SqliteStatement rows(connection,
                       "SELECT collector, finished_at, refresh_id, checksum FROM refresh");
  for (SqliteRun run = rows.Start(); run.Next();) in_table.Add(run);
  EntrySum in_index;
  Ascending keys(3);
  bool is_ordered = true;
  SqliteStatement entries(
      connection,
      "SELECT collector, finished_at, refresh_id FROM refresh INDEXED BY refresh_by_time");
  for (SqliteRun run = entries.Start(); run.Next();) {
    is_ordered = keys.Takes(run) && is_ordered;
    in_index.Add(run);
  }
  if (!is_ordered || in_index != in_table) {
    connection.FailAsCorrupt("the index refresh_by_time is not that of its table");
  }
}

}  // namespace

void CheckStructure(SqliteConnection& connection) {
  if (connection.ok()) WarmUp(connection);
  SqliteStatement statement(connection, "PRAGMA quick_check(1)");
  SqliteRun run = statement.Start();
  if (run.Next() && run.Bytes(0) != "ok") connection.FailAsCorrupt(run.Bytes(0));
}

void CheckTablesOfVersion1(SqliteConnection& connection) {
  for (const SqliteTable& table : kTablesOfVersion1) (void)CheckTable(connection, table);
  CheckTimeIndex(connection);
}

void CheckTables(SqliteConnection& connection, const SqliteTally& tally) {
  for (std::size_t i = 0; i < kTables.size(); ++i) {
    if (CheckTable(connection, kTables[i]) == tally.Of(static_cast<LedgerTable>(i))) continue;
    connection.FailAsCorrupt("rows of the table " + std::string(kTables[i].name) +
                             " are missing or older than the rest");
  }
  CheckTimeIndex(connection);
}

}  // namespace cckm
