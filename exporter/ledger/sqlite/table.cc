#include "exporter/ledger/sqlite/table.h"

namespace cckm {
namespace {

// "?1, ?2, ?3"
std::string Parameters(int count) {
  std::string parameters;
  for (int i = 1; i <= count; ++i) {
    parameters.append(i == 1 ? "?" : ", ?").append(std::to_string(i));
  }
  return parameters;
}

// Finds a row by the two columns of its key.
std::string WhereKey(const SqliteTable& table) {
  const std::string_view first = table.key.substr(0, table.key.find(','));
  const std::string_view second = table.key.substr(first.size() + 2);
  std::string sql(" FROM ");
  sql.append(table.name).append(" WHERE ").append(first).append(" = ?1 AND ");
  return sql.append(second).append(" = ?2");
}

}  // namespace

std::string ChecksumOf(std::string_view values) {
  return "row_checksum(" + std::string(values) + ")";
}

void FailAsChanged(SqliteConnection& connection, const SqliteTable& table) {
  connection.FailAsCorrupt("a row of the table " + std::string(table.name) +
                           " does not match its checksum");
}

std::string SelectSql(const SqliteTable& table, std::string_view where) {
  std::string sql("SELECT ");
  sql.append(table.columns).append(", checksum = ").append(ChecksumOf(table.columns));
  return sql.append(" FROM ").append(table.name).append(" ").append(where);
}

std::string StoreSql(const SqliteTable& table) {
  const std::string parameters = Parameters(table.column_count);
  std::string sql("REPLACE INTO ");
  sql.append(table.name).append("(").append(table.columns);
  sql.append(", checksum) VALUES (").append(parameters).append(", ");
  return sql.append(ChecksumOf(parameters)).append(") RETURNING checksum");
}

bool NextVerifiedRow(SqliteConnection& connection, SqliteRun& run, const SqliteTable& table) {
  if (!run.Next()) return false;
  if (run.Integer(table.column_count) == 1) return true;
  FailAsChanged(connection, table);
  return false;
}

std::int64_t Highest(SqliteConnection& connection, const SqliteTable& table,
                     std::string_view column) {
  std::string sql("SELECT coalesce(max(");
  sql.append(column).append("), 0) FROM ").append(table.name);
  SqliteStatement statement(connection, sql);
  SqliteRun run = statement.Start();
  return run.Next() ? run.Integer(0) : 0;
}

void RenewChecksums(SqliteConnection& connection, const SqliteTable& table) {
  std::string sql("UPDATE ");
  sql.append(table.name).append(" SET checksum = ").append(ChecksumOf(table.columns));
  SqliteStatement(connection, sql).Execute();
}

void ReplaceDurations(SqliteConnection& connection, const SqliteTable& table,
                      std::string_view packed) {
  const std::string sql = "UPDATE " + std::string(table.name) + " SET durations = ?1";
  SqliteStatement(connection, sql).Execute(SqliteBlob{packed});
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
