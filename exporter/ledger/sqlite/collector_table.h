// The table of collectors: when the first discovery of each began, and its histograms.  For this
// library.
//
// Thread-safety: as the connection.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/history/history.h"
#include "exporter/ledger/sqlite/table.h"

namespace cckm {

struct CollectorRow {
  std::string target;
  std::string family;
  std::int64_t id = 0;
  WallTime created_at;
  std::optional<WallTime> baseline;
  RefreshDurations durations;
  Nanoseconds clock_ahead{};  // of the appliance, when a refresh was stored last; not negative
};

class SqliteCollectorTable {
 public:
  // The table exists; all of them outlive this.
  SqliteCollectorTable(SqliteConnection& connection, SqliteTally& tally,
                       const BucketBounds& bounds);

  std::optional<CollectorRow> Find(std::string_view target, std::string_view family);
  // The stored row, or a new one that is not stored yet.
  CollectorRow FindOrMake(std::string_view target, std::string_view family, WallTime now);
  std::vector<CollectorRow> All();

  void Store(const CollectorRow& row);
  // Empties every histogram, whatever its buckets.
  void ClearDurations();

 private:
  std::optional<CollectorRow> NextRow(SqliteRun& run);

  SqliteConnection& connection_;
  const BucketBounds& bounds_;
  std::int64_t last_id_;
  SqliteStatement find_;
  SqliteStatement all_;
  SqliteRows rows_;
};

}  // namespace cckm
