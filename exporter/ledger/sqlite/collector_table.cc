#include "exporter/ledger/sqlite/collector_table.h"

#include <utility>

#include "exporter/ledger/sqlite/codec.h"
#include "exporter/ledger/sqlite/schema.h"

namespace cckm {
namespace {

constexpr const SqliteTable& kTable = kCollectorTable;

}  // namespace

SqliteCollectorTable::SqliteCollectorTable(SqliteConnection& connection, SqliteTally& tally,
                                           const BucketBounds& bounds)
    : connection_(connection),
      bounds_(bounds),
      last_id_(Highest(connection, kTable, "id")),
      find_(connection, SelectSql(kTable, "WHERE target = ?1 AND family = ?2")),
      all_(connection, SelectSql(kTable, "")),
      rows_(connection, tally, LedgerTable::kCollector, kTable) {}

std::optional<CollectorRow> SqliteCollectorTable::NextRow(SqliteRun& run) {
  if (!NextVerifiedRow(connection_, run, kTable)) return std::nullopt;
  auto durations = UnpackRefreshDurations(run.Bytes(5), bounds_);
  if (!durations) {
    connection_.FailAsCorrupt("the histograms of a collector cannot be read");
    return std::nullopt;
  }
  return CollectorRow{.target = std::string(run.Bytes(0)),
                      .family = std::string(run.Bytes(1)),
                      .id = run.Integer(2),
                      .created_at = run.Time(3),
                      .baseline = run.OptionalTime(4),
                      .durations = std::move(*durations),
                      .clock_ahead = Nanoseconds(run.Integer(6))};
}

std::optional<CollectorRow> SqliteCollectorTable::Find(std::string_view target,
                                                       std::string_view family) {
  SqliteRun run = find_.Start(target, family);
  return NextRow(run);
}

CollectorRow SqliteCollectorTable::FindOrMake(std::string_view target, std::string_view family,
                                              WallTime now) {
  if (auto row = Find(target, family)) return std::move(*row);
  return {.target = std::string(target),
          .family = std::string(family),
          .id = ++last_id_,
          .created_at = now,
          .baseline = std::nullopt,
          .durations = EmptyRefreshDurations(bounds_),
          .clock_ahead = {}};
}

std::vector<CollectorRow> SqliteCollectorTable::All() {
  std::vector<CollectorRow> rows;
  SqliteRun run = all_.Start();
  while (auto row = NextRow(run)) rows.push_back(std::move(*row));
  return rows;
}

void SqliteCollectorTable::Store(const CollectorRow& row) {
  const std::string durations = PackRefreshDurations(row.durations);
  rows_.Put(row.target, row.family, row.id, row.created_at, row.baseline, SqliteBlob{durations},
            row.clock_ahead);
}

void SqliteCollectorTable::ClearDurations() {
  const std::string empty = PackRefreshDurations(EmptyRefreshDurations(bounds_));
  ReplaceDurations(connection_, kTable, empty);
}

}  // namespace cckm
