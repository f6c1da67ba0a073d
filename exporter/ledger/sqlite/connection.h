// A connection to one SQLite file, and a transaction on it.  For this library.
//
// A connection remembers its first failure.  From then on its statements do nothing and find
// nothing, until the transaction ends and hands the failure over: what was worked out in between
// is thrown away with the transaction, so that the steps of a transaction need no checks of their
// own.
//
// Thread-safety: none; the owner's lock covers a connection, its statements and its transactions.

#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace cckm {

struct SqliteFailure {
  int code = SQLITE_ERROR;  // SQLite's extended result code
  std::string message;      // without a final dot, on one line
};

// Whether a failure with this result code is one of the file itself: it is damaged, or no ledger.
// False where the system does not let it be read or written.
bool TellsDamage(int code);

template <typename T>
using SqliteResult = tl::expected<T, SqliteFailure>;

class SqliteConnection {
 public:
  // Opens `file`, which exists.  Statements may use row_checksum(...), see checksum.h.
  explicit SqliteConnection(const std::filesystem::path& file);

  sqlite3* handle() const { return handle_.get(); }
  bool ok() const { return !failure_; }

  // Remembers `failure` if it is the first.
  void Fail(SqliteFailure failure);
  // As above, of the result `code` that a call of SQLite just returned.
  void Fail(int code);
  // What the stored bytes say cannot be: the file is damaged.
  void FailAsCorrupt(std::string_view what);

  // The first failure, if there was one, which is then forgotten.
  SqliteResult<void> TakeFailure();

  // Has closing move what is written ahead into the file, which else is left as it is.
  void MoveInOnClose();

  // Runs statements that need no values; what they answer is dropped.
  void Execute(const char* sql);

 private:
  struct Closer {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };

  std::unique_ptr<sqlite3, Closer> handle_;
  std::optional<SqliteFailure> failure_;
};

// Rolls back unless committed.  No statement may be running when it ends.
class SqliteTransaction {
 public:
  // `connection` outlives this and has not failed.
  explicit SqliteTransaction(SqliteConnection& connection, const char* begin = "BEGIN IMMEDIATE");
  ~SqliteTransaction();
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;

  // Makes all of it last, or nothing: then returns the first failure since the beginning.
  [[nodiscard]] SqliteResult<void> Commit();

 private:
  void RollBack();

  SqliteConnection& connection_;
};

}  // namespace cckm
