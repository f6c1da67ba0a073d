#include "exporter/ledger/sqlite/statement.h"

#include <cstddef>

namespace cckm {

bool SqliteRun::Next() {
  if (!connection_.ok()) return false;
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) connection_.Fail(code);
  return code == SQLITE_ROW;
}

std::string_view SqliteRun::Bytes(int column) const {
  // The order of the two calls matters to SQLite.
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

std::optional<WallTime> SqliteRun::OptionalTime(int column) const {
  return IsNull(column) ? std::nullopt : std::optional(Time(column));
}

void SqliteRun::Bind(int parameter, std::int64_t value) {
  if (connection_.ok()) Check(sqlite3_bind_int64(statement_, parameter, value));
}

void SqliteRun::Bind(int parameter, std::string_view text) {
  if (!connection_.ok()) return;
  // A null pointer would mean NULL.
  const char* data = text.data() == nullptr ? "" : text.data();
  Check(
      sqlite3_bind_text64(statement_, parameter, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void SqliteRun::Bind(int parameter, SqliteBlob blob) {
  if (!connection_.ok()) return;
  const void* data = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
  Check(sqlite3_bind_blob64(statement_, parameter, data, blob.bytes.size(), SQLITE_TRANSIENT));
}

void SqliteRun::Check(int code) {
  if (code != SQLITE_OK) connection_.Fail(code);
}

SqliteStatement::SqliteStatement(SqliteConnection& connection, std::string_view sql)
    : connection_(connection) {
  if (!connection.ok()) return;
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) connection.Fail(code);
}

}  // namespace cckm
