// The tables of refreshes, held and forgotten.  For this library.
//
// Thread-safety: as the connection.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/model/finished_summary.h"
#include "collectors/model/refresh.h"
#include "exporter/ledger/sqlite/codec.h"
#include "exporter/ledger/sqlite/table.h"

namespace cckm {

struct RefreshRow {
  Refresh refresh;  // id, status, created_at and completed_at
  WallTime finished_at;
  bool counts = false;
  std::vector<StoredDomain> domains;
  DomainCounts left_out{};  // domains that are not in `domains`

  // But for whether it counts.
  bool SaysTheSameAs(const RefreshRow& other) const;
};

class SqliteRefreshTable {
 public:
  // The tables exist; connection and tally outlive this.
  SqliteRefreshTable(SqliteConnection& connection, SqliteTally& tally);

  // Whether it is held or was forgotten.
  bool Knows(std::int64_t collector, std::string_view refresh_id);
  // In place of what is held of it.  REQUIRES: not forgotten.
  void Store(std::int64_t collector, const RefreshRow& row);

  std::optional<RefreshRow> Find(std::int64_t collector, std::string_view refresh_id);
  std::vector<RefreshRow> FinishedSince(std::int64_t collector, WallTime since);
  void ForEach(std::int64_t collector, const std::function<void(const RefreshRow&)>& visit);
  // Visits those whose ids come after `refresh_id`, in their order, until `visit` returns false.
  // Returns whether there was none left.
  bool ForEachAfter(std::int64_t collector, std::string_view refresh_id,
                    const std::function<bool(const RefreshRow&)>& visit);

  // The ids of at most `limit` that finished before `before` and that `may_go` lets go, oldest
  // first.
  std::vector<std::string> Oldest(std::int64_t collector, WallTime before, std::size_t limit,
                                  const std::function<bool(std::string_view)>& may_go);
  // Returns whether it was held.
  bool Forget(std::int64_t collector, std::string_view refresh_id);

 private:
  std::optional<RefreshRow> NextRow(SqliteRun& run);

  SqliteConnection& connection_;
  SqliteStatement knows_;
  SqliteRows rows_;
  SqliteRows forgotten_;
  SqliteStatement find_;
  SqliteStatement finished_since_;
  SqliteStatement all_;
  SqliteStatement after_;
  SqliteStatement oldest_;
};

}  // namespace cckm
