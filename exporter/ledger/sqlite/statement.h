// A prepared statement, and one run of it.  For this library.
//
//   SqliteRun run = statement.Start(collector, "8155fe39");
//   while (run.Next()) Use(run.Integer(0));
//
// Failures are remembered by the connection: a run that fails ends.
// Thread-safety: as the connection.

#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "collectors/base/clock.h"
#include "exporter/ledger/sqlite/connection.h"

namespace cckm {

struct SqliteBlob {
  std::string_view bytes;
};

// The rows of a statement, one at a time.  A statement has one run at a time.
class SqliteRun {
 public:
  // Binds the values to the parameters, in order; an empty std::optional is NULL.
  template <typename... Values>
  SqliteRun(SqliteConnection& connection, sqlite3_stmt* statement, const Values&... values)
      : connection_(connection), statement_(statement) {
    int parameter = 0;
    (Bind(++parameter, values), ...);
  }
  ~SqliteRun() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  SqliteRun(const SqliteRun&) = delete;
  SqliteRun& operator=(const SqliteRun&) = delete;

  // Goes to the next row; false when there is none.
  bool Next();

  // Columns of the row, counted from 0.  Texts and blobs are valid until the next call of Next().
  std::int64_t Integer(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string_view Bytes(int column) const;
  WallTime Time(int column) const { return WallTime(Nanoseconds(Integer(column))); }
  std::optional<WallTime> OptionalTime(int column) const;
  bool IsInteger(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_INTEGER;
  }
  int last_column() const { return sqlite3_column_count(statement_) - 1; }
  bool IsNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  // The bytes of texts and blobs are copied.
  void Bind(int parameter, std::int64_t value);
  void Bind(int parameter, std::string_view text);
  void Bind(int parameter, SqliteBlob blob);
  void Bind(int parameter, WallTime time) { Bind(parameter, time.time_since_epoch().count()); }
  void Bind(int parameter, Nanoseconds length) { Bind(parameter, length.count()); }
  template <typename T>
  void Bind(int parameter, const std::optional<T>& value) {
    if (value) Bind(parameter, *value);
  }
  void Check(int code);

  SqliteConnection& connection_;
  sqlite3_stmt* const statement_;  // null where preparing it failed
};

class SqliteStatement {
 public:
  // `connection` outlives this.
  SqliteStatement(SqliteConnection& connection, std::string_view sql);

  // Starts a run with the values of the parameters, in order.
  template <typename... Values>
  SqliteRun Start(const Values&... values) {
    return SqliteRun(connection_, handle_.get(), values...);
  }

  // Runs a statement that answers nothing.
  template <typename... Values>
  void Execute(const Values&... values) {
    Start(values...).Next();
  }

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };

  SqliteConnection& connection_;
  std::unique_ptr<sqlite3_stmt, Finalizer> handle_;
};

}  // namespace cckm
