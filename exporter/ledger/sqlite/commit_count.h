// The number of commits, kept in a row that changes in the same transaction.  For SqliteStore.
//
// Thread-safety: as the connection.

#pragma once

#include <cstdint>

#include "exporter/ledger/sqlite/statement.h"

namespace cckm {

class SqliteCommitCount {
 public:
  // The table exists; the connection outlives this.
  explicit SqliteCommitCount(SqliteConnection& connection);

  // How many there were, as the row says; fails if it is damaged.
  std::int64_t Read();
  // Counts the transaction that is under way.
  void Add() { Store(Read() + 1); }
  void Store(std::int64_t commits);

  // What was read or stored last.
  std::int64_t latest() const { return latest_; }

 private:
  SqliteConnection& connection_;
  SqliteStatement find_;
  SqliteStatement store_;
  std::int64_t latest_ = 0;
};

}  // namespace cckm
