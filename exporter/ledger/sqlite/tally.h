// How many rows every table has and what their checksums add up to, kept in one row that changes in
// the same transaction.  For this library.
//
// A row that is lost, doubled, or put back from an older copy of its page matches its own checksum;
// here it is missed.  Thread-safety: as the connection.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "exporter/ledger/sqlite/statement.h"

namespace cckm {

// The tables that are watched over.
enum class LedgerTable : std::uint8_t { kBounds, kCollector, kDomain, kRefresh, kForgotten };
inline constexpr std::array<std::string_view, 5> kLedgerTableNames = {
    "bucket_bounds", "collector", "domain", "refresh", "forgotten"};

struct TableSum {
  std::int64_t rows = 0;
  std::int64_t checksums = 0;
  friend bool operator==(const TableSum&, const TableSum&) = default;
};
using TableSums = std::array<TableSum, kLedgerTableNames.size()>;

class SqliteTally {
 public:
  // The table exists; the connection outlives this.
  explicit SqliteTally(SqliteConnection& connection);

  // To be called at the beginning of a transaction that may change a table, and at its end: returns
  // whether it changed one.
  void Load();
  bool Store();

  // That a table has so many rows more, and that its checksums add up to so much more.
  void Add(LedgerTable table, std::int64_t rows, std::int64_t checksums);
  // Takes what the tables hold now, after a change that did not tell.
  void CountAnew();

  const TableSum& Of(LedgerTable table) const { return sums_[static_cast<std::size_t>(table)]; }

 private:
  SqliteConnection& connection_;
  SqliteStatement find_;
  SqliteStatement store_;
  TableSums sums_{};
  bool is_changed_ = false;
};

// The number of commits, kept in a row of its own, likewise.
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
