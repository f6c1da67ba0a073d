#include "exporter/ledger/sqlite/rebuild.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "exporter/ledger/sqlite/codec.h"
#include "exporter/ledger/sqlite/schema.h"

namespace cckm {
namespace {

// Packed; none in a new file.
std::optional<std::string> ReadBounds(SqliteConnection& connection) {
  SqliteStatement statement(connection, SelectSql(kBoundsTable, ""));
  SqliteRun run = statement.Start();
  if (!NextVerifiedRow(connection, run, kBoundsTable)) return std::nullopt;
  return std::string(run.Bytes(1));
}

// The histograms of one collector, counted anew into rows whose histograms are empty.
class Recount {
 public:
  Recount(CollectorRow& collector, std::vector<DomainRow>& domains) : collector_(collector) {
    for (DomainRow& domain : domains) domains_.emplace(domain.id, &domain);
  }

  void Add(const RefreshRow& row) {
    if (!row.counts) return;
    Count(row.refresh, collector_.durations, collector_.created_at);
    for (const StoredDomain& stored : row.domains) {
      const auto known = domains_.find(stored.domain);
      if (known == domains_.end()) continue;
      DomainHistory& history = known->second->history;
      const DomainEndCounts totals = history.totals;
      history.Count(row.refresh, stored.status, known->second->created_at);
      history.totals = totals;
    }
  }

 private:
  CollectorRow& collector_;
  std::map<std::int64_t, DomainRow*> domains_;
};

}  // namespace

void RebuildHistograms(SqliteConnection& connection, const BucketBounds& bounds,
                       SqliteCollectorTable& collectors, SqliteDomainTable& domains,
                       SqliteRefreshTable& refreshes, SqliteTally& tally) {
  const std::string packed = PackBounds(bounds);
  if (ReadBounds(connection) == packed) return;
  collectors.ClearDurations();
  domains.ClearDurations();
  for (CollectorRow& collector : collectors.All()) {
    std::vector<DomainRow> rows = domains.All(collector.id);
    Recount recount(collector, rows);
    refreshes.ForEach(collector.id, [&](const RefreshRow& row) { recount.Add(row); });
    collectors.Store(collector);
    for (const DomainRow& row : rows) domains.Store(collector.id, row);
  }
  SqliteStatement(connection, StoreSql(kBoundsTable)).Execute(std::int64_t{1}, SqliteBlob{packed});
  tally.CountAnew();
}

}  // namespace cckm
