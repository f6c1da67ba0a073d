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

// Counts a refresh into the histograms of its collector and of the domains that it names.
void Recount(const RefreshRow& row, CollectorRow& collector,
             const std::map<std::int64_t, DomainRow*>& domains) {
  if (!row.counts) return;
  Count(row.refresh, collector.durations, collector.created_at);
  for (const StoredDomain& stored : row.domains) {
    const auto known = domains.find(stored.domain);
    if (known == domains.end()) continue;
    DomainHistory& history = known->second->history;
    const DomainEndCounts totals = history.totals;
    history.Count(row.refresh, stored.status, known->second->created_at);
    history.totals = totals;
  }
}

}  // namespace

void RebuildHistograms(SqliteStore& store) {
  const std::string packed = PackBounds(store.bounds);
  if (ReadBounds(*store.connection) == packed) return;
  store.collectors.ClearDurations();
  store.domains.ClearDurations();
  for (CollectorRow& collector : store.collectors.All()) {
    std::vector<DomainRow> rows = store.domains.All(collector.id);
    std::map<std::int64_t, DomainRow*> by_id;
    for (DomainRow& row : rows) by_id.emplace(row.id, &row);
    store.refreshes.ForEach(collector.id,
                            [&](const RefreshRow& row) { Recount(row, collector, by_id); });
    store.collectors.Store(collector);
    for (const DomainRow& row : rows) store.domains.Store(collector.id, row);
  }
  SqliteStatement(*store.connection, StoreSql(kBoundsTable))
      .Execute(std::int64_t{1}, SqliteBlob{packed});
  store.tally->CountAnew();
}

}  // namespace cckm
