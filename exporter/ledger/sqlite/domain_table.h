// The table of domains: what the finished refreshes of each add up to.  For this library.
//
// Thread-safety: as the connection.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/history/history.h"
#include "exporter/ledger/sqlite/table.h"

namespace cckm {

struct DomainRow {
  std::string domain_id;
  std::int64_t id = 0;
  WallTime created_at;
  DomainHistory history;
};

class SqliteDomainTable {
 public:
  // The table exists; all of them outlive this.
  SqliteDomainTable(SqliteConnection& connection, SqliteTally& tally, const BucketBounds& bounds);

  // The stored row of a collector's domain, or a new one, first seen now, that is not stored yet.
  DomainRow FindOrMake(std::int64_t collector, std::string_view domain_id, WallTime now);
  std::vector<DomainRow> All(std::int64_t collector);
  // Visits those that were first seen before `before`, and had no refresh finish since.
  void ForEachKnownBefore(std::int64_t collector, WallTime before,
                          const std::function<void(const DomainRow&)>& visit);
  // The ids of the refreshes that are the newest finished one of some domain, but for those of
  // domains that `is_unneeded`.
  std::set<std::string, std::less<>> NewestRefreshes(
      std::int64_t collector, const std::function<bool(std::string_view domain_id)>& is_unneeded);

  void Store(std::int64_t collector, const DomainRow& row);
  // REQUIRES: no refresh held names it.
  void Remove(std::int64_t collector, std::string_view domain_id);
  // Empties every histogram, whatever its buckets.
  void ClearDurations();

 private:
  std::optional<DomainRow> NextRow(SqliteRun& run);

  SqliteConnection& connection_;
  const BucketBounds& bounds_;
  std::int64_t last_id_;
  SqliteStatement find_;
  SqliteStatement all_;
  SqliteStatement known_before_;
  SqliteStatement newest_;
  SqliteRows rows_;
};

}  // namespace cckm
