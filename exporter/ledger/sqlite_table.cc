#include "exporter/ledger/sqlite_table.h"

namespace cckm {
namespace {

std::string ChecksumOf(std::string_view values) {
  return "row_checksum(" + std::string(values) + ")";
}

// "?1, ?2, ?3"
std::string Parameters(int count) {
  std::string parameters;
  for (int i = 1; i <= count; ++i) {
    parameters.append(i == 1 ? "?" : ", ?").append(std::to_string(i));
  }
  return parameters;
}

void FailAsChanged(SqliteConnection& connection, const SqliteTable& table) {
  connection.FailAsCorrupt("a row of the table " + std::string(table.name) +
                           " does not match its checksum");
}

}  // namespace

std::string SelectSql(const SqliteTable& table, std::string_view where) {
  std::string sql("SELECT ");
  sql.append(table.columns).append(", checksum = ").append(ChecksumOf(table.columns));
  return sql.append(" FROM ").append(table.name).append(" ").append(where);
}

std::string StoreSql(const SqliteTable& table, std::string_view verb) {
  const std::string parameters = Parameters(table.column_count);
  std::string sql(verb);
  sql.append(" INTO ").append(table.name).append("(").append(table.columns);
  sql.append(", checksum) VALUES (").append(parameters).append(", ");
  return sql.append(ChecksumOf(parameters)).append(")");
}

bool NextSound(SqliteConnection& connection, SqliteRun& run, const SqliteTable& table) {
  if (!run.Next()) return false;
  if (run.Integer(table.column_count) == 1) return true;
  FailAsChanged(connection, table);
  return false;
}

std::int64_t CheckRows(SqliteConnection& connection, const SqliteTable& table,
                       std::string_view aggregate) {
  std::string sql("SELECT ");
  sql.append(aggregate).append(", coalesce(sum(checksum <> ").append(ChecksumOf(table.columns));
  sql.append("), 0) FROM ").append(table.name);
  SqliteStatement statement(connection, sql);
  SqliteRun run = statement.Start();
  if (!run.Next()) return 0;
  if (run.Integer(1) != 0) FailAsChanged(connection, table);
  return run.Integer(0);
}

void ReplaceDurations(SqliteConnection& connection, const SqliteTable& table,
                      std::string_view packed) {
  const std::string update = "UPDATE " + std::string(table.name) + " SET ";
  SqliteStatement(connection, update + "durations = ?1").Execute(SqliteBlob{packed});
  SqliteStatement(connection, update + "checksum = " + ChecksumOf(table.columns)).Execute();
}

}  // namespace cckm
