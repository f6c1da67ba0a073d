#include "exporter/ledger/sqlite/connection.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "exporter/ledger/sqlite/checksum.h"

namespace cckm {
namespace {

// A file that somebody tampered with can neither run code of its own nor be changed behind
// SQLite's back.
void Harden(sqlite3* handle) {
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  // Until it is known to be sound, closing it leaves everything as it is.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

}  // namespace

bool TellsDamage(int code) {
  constexpr std::array kOfTheSystem = {SQLITE_BUSY, SQLITE_LOCKED, SQLITE_CANTOPEN, SQLITE_FULL,
                                       SQLITE_PERM, SQLITE_AUTH,   SQLITE_NOMEM};
  const int primary = code & 0xFF;
  // The file's header forbids to write.
  if (primary == SQLITE_READONLY) return code == SQLITE_READONLY;
  if (primary == SQLITE_IOERR) return code == SQLITE_IOERR_SHORT_READ;
  return std::ranges::count(kOfTheSystem, primary) == 0;
}

SqliteConnection::SqliteConnection(const std::filesystem::path& file) {
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &handle, kFlags, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) {
    Fail(code);
    return;
  }
  // SQLite falls back to this where it may not write.
  if (sqlite3_db_readonly(handle, "main") == 1) {
    Fail({.code = SQLITE_CANTOPEN, .message = "it may only be read"});
    return;
  }
  Harden(handle);
  if (const int added = AddRowChecksum(handle); added != SQLITE_OK) Fail(added);
}

void SqliteConnection::Fail(SqliteFailure failure) {
  if (failure_) return;
  std::ranges::replace(failure.message, '\n', ' ');
  failure_ = std::move(failure);
}

void SqliteConnection::Fail(int code) {
  SqliteFailure failure{.code = code, .message = sqlite3_errstr(code)};
  if (handle_) {
    failure.message = sqlite3_errmsg(handle_.get());
    const int cause = sqlite3_system_errno(handle_.get());
    const bool is_systems = (code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN;
    if (is_systems && cause != 0) failure.message.append(", ").append(std::strerror(cause));
  }
  Fail(std::move(failure));
}

void SqliteConnection::FailAsCorrupt(std::string_view what) {
  Fail({.code = SQLITE_CORRUPT, .message = std::string(what)});
}

SqliteResult<void> SqliteConnection::TakeFailure() {
  if (!failure_) return {};
  tl::unexpected<SqliteFailure> taken(std::move(*failure_));
  failure_.reset();
  return taken;
}

void SqliteConnection::MoveInOnClose() {
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

void SqliteConnection::Execute(const char* sql) {
  if (!ok()) return;
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) Fail(code);
}

SqliteTransaction::SqliteTransaction(SqliteConnection& connection, const char* begin)
    : connection_(connection) {
  connection_.Execute(begin);
}

SqliteTransaction::~SqliteTransaction() {
  RollBack();
  (void)connection_.TakeFailure();
}

SqliteResult<void> SqliteTransaction::Commit() {
  connection_.Execute("COMMIT");
  RollBack();
  return connection_.TakeFailure();
}

void SqliteTransaction::RollBack() {
  sqlite3* const handle = connection_.handle();
  if (handle == nullptr) return;
  if (sqlite3_get_autocommit(handle) == 0) {
    // Whatever it answers, SQLite has left the transaction then.
    sqlite3_exec(handle, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  // What was read wrongly is to be read again, not kept.
  if (!connection_.ok()) sqlite3_db_release_memory(handle);
}

}  // namespace cckm
