#include "exporter/ledger/sqlite/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace cckm {
namespace {

// "?1, ?2, ?3", one for each column.
std::string Parameters(const SqliteTable& table) {
  const auto columns = 1 + std::ranges::count(table.columns, ',');
  std::string parameters = "?1";
  for (int i = 2; i <= columns; ++i) parameters += fmt::format(", ?{}", i);
  return parameters;
}

// Finds a row by the two columns of its key.
std::string WhereKey(const SqliteTable& table) {
  const std::string_view first = table.key.substr(0, table.key.find(','));
  const std::string_view second = table.key.substr(first.size() + 2);
  return fmt::format(" FROM {} WHERE {} = ?1 AND {} = ?2", table.name, first, second);
}

}  // namespace

std::string ChecksumOf(std::string_view values) { return fmt::format("row_checksum({})", values); }

void FailAsChanged(SqliteConnection& connection, const SqliteTable& table) {
  connection.FailAsCorrupt("a row of the table " + std::string(table.name) +
                           " does not match its checksum");
}

std::string SelectSql(const SqliteTable& table, std::string_view where) {
  return fmt::format("SELECT {}, checksum = {} FROM {} {}", table.columns,
                     ChecksumOf(table.columns), table.name, where);
}

std::string StoreSql(const SqliteTable& table) {
  const std::string parameters = Parameters(table);
  return fmt::format("REPLACE INTO {}({}, checksum) VALUES ({}, {}) RETURNING checksum", table.name,
                     table.columns, parameters, ChecksumOf(parameters));
}

bool NextVerifiedRow(SqliteConnection& connection, SqliteRun& run, const SqliteTable& table) {
  if (!run.Next()) return false;
  if (run.Integer(run.last_column()) == 1) return true;
  FailAsChanged(connection, table);
  return false;
}

std::int64_t Highest(SqliteConnection& connection, const SqliteTable& table,
                     std::string_view column) {
  SqliteStatement statement(connection,
                            fmt::format("SELECT coalesce(max({}), 0) FROM {}", column, table.name));
  SqliteRun run = statement.Start();
  return run.Next() ? run.Integer(0) : 0;
}

void RenewChecksums(SqliteConnection& connection, const SqliteTable& table) {
  SqliteStatement(connection,
                  fmt::format("UPDATE {} SET checksum = {}", table.name, ChecksumOf(table.columns)))
      .Execute();
}

void ReplaceDurations(SqliteConnection& connection, const SqliteTable& table,
                      std::string_view packed) {
  SqliteStatement(connection, fmt::format("UPDATE {} SET durations = ?1", table.name))
      .Execute(SqliteBlob{packed});
  RenewChecksums(connection, table);
}

SqliteRows::SqliteRows(SqliteConnection& connection, SqliteTally& tally, LedgerTable which,
                       const SqliteTable& table)
    : tally_(tally),
      which_(which),
      checksum_(connection, "SELECT checksum" + WhereKey(table)),
      store_(connection, StoreSql(table)),
      remove_(connection, "DELETE" + WhereKey(table)) {}

std::optional<std::int64_t> SqliteRows::First(SqliteRun run) {
  return run.Next() ? std::optional(run.Integer(0)) : std::nullopt;
}

}  // namespace cckm
