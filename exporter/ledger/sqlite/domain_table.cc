#include "exporter/ledger/sqlite/domain_table.h"

#include <array>
#include <utility>

#include "exporter/ledger/sqlite/codec.h"
#include "exporter/ledger/sqlite/schema.h"

namespace cckm {
namespace {

// The numbers are what is stored.
static_assert(kDomainResultNames ==
              std::array<std::string_view, 4>{"none", "completed", "failed", "cancelled"});
static_assert(kDomainEndNames ==
              std::array<std::string_view, 3>{"completed", "failed", "cancelled"});

constexpr const SqliteTable& kTable = kDomainTable;

constexpr std::string_view kKnownBeforeSql =
    "WHERE collector = ?1 AND first_seen_at < ?2 AND coalesce(completed_at, first_seen_at) < ?2";
constexpr std::string_view kNewestSql =
    "SELECT domain_id, newest_refresh_id FROM domain WHERE collector = ?1 AND newest_refresh_id "
    "IS NOT NULL";

// Reads all but what is packed.
void ReadHistory(const SqliteRun& run, DomainHistory& history) {
  if (!run.IsNull(5)) {
    NewestFinished newest{.order = {run.OptionalTime(4), std::string(run.Bytes(5))},
                          .completed_at = run.OptionalTime(6),
                          .duration = {}};
    if (!run.IsNull(7)) newest.duration = Nanoseconds(run.Integer(7));
    history.newest_finished = std::move(newest);
  }
  history.last_result = static_cast<DomainResult>(run.Integer(8));
  history.last_success_at = run.OptionalTime(9);
  for (std::size_t end = 0; end < history.totals.size(); ++end) {
    history.totals[end] = static_cast<std::uint64_t>(run.Integer(10 + static_cast<int>(end)));
  }
  history.was_listed = run.Integer(14) != 0;
  history.first_seen_at = run.Time(15);
}

}  // namespace

SqliteDomainTable::SqliteDomainTable(SqliteConnection& connection, SqliteTally& tally,
                                     const BucketBounds& bounds)
    : connection_(connection),
      bounds_(bounds),
      last_id_(Highest(connection, kTable, "id")),
      find_(connection, SelectSql(kTable, "WHERE collector = ?1 AND domain_id = ?2")),
      all_(connection, SelectSql(kTable, "WHERE collector = ?1")),
      known_before_(connection, SelectSql(kTable, kKnownBeforeSql)),
      newest_(connection, kNewestSql),
      rows_(connection, tally, LedgerTable::kDomain, kTable) {}

std::optional<DomainRow> SqliteDomainTable::NextRow(SqliteRun& run) {
  if (!NextVerifiedRow(connection_, run, kTable)) return std::nullopt;
  auto durations = UnpackHistogram(run.Bytes(13), bounds_);
  auto failures = UnpackFailures(run.Bytes(16));
  const auto result = static_cast<std::size_t>(run.Integer(8));
  if (!durations || !failures || result >= kDomainResultNames.size()) {
    connection_.FailAsCorrupt("the history of a domain cannot be read");
    return std::nullopt;
  }
  DomainRow row{.domain_id = std::string(run.Bytes(1)),
                .id = run.Integer(2),
                .created_at = run.Time(3),
                .history = DomainHistory(bounds_)};
  ReadHistory(run, row.history);
  row.history.durations = std::move(*durations);
  row.history.failures = std::move(*failures);
  return row;
}

DomainRow SqliteDomainTable::FindOrMake(std::int64_t collector, std::string_view domain_id,
                                        WallTime now) {
  SqliteRun run = find_.Start(collector, domain_id);
  if (auto row = NextRow(run)) return std::move(*row);
  DomainRow made{.domain_id = std::string(domain_id),
                 .id = ++last_id_,
                 .created_at = now,
                 .history = DomainHistory(bounds_)};
  made.history.first_seen_at = now;
  return made;
}

std::vector<DomainRow> SqliteDomainTable::All(std::int64_t collector) {
  std::vector<DomainRow> rows;
  SqliteRun run = all_.Start(collector);
  while (auto row = NextRow(run)) rows.push_back(std::move(*row));
  return rows;
}

void SqliteDomainTable::ForEachKnownBefore(std::int64_t collector, WallTime before,
                                           const std::function<void(const DomainRow&)>& visit) {
  SqliteRun run = known_before_.Start(collector, before);
  while (const auto row = NextRow(run)) visit(*row);
}

std::set<std::string, std::less<>> SqliteDomainTable::NewestRefreshes(
    std::int64_t collector, const std::function<bool(std::string_view)>& is_unneeded) {
  std::set<std::string, std::less<>> ids;
  SqliteRun run = newest_.Start(collector);
  while (run.Next()) {
    if (!is_unneeded(run.Bytes(0))) ids.emplace(run.Bytes(1));
  }
  return ids;
}

void SqliteDomainTable::Store(std::int64_t collector, const DomainRow& row) {
  const DomainHistory& history = row.history;
  std::optional<WallTime> newest_created_at;
  std::optional<std::string_view> newest_refresh_id;
  if (history.newest_finished) {
    newest_created_at = history.newest_finished->order.created_at;
    newest_refresh_id = history.newest_finished->order.refresh_id;
  }
  const auto total = [&](std::size_t end) {
    return static_cast<std::int64_t>(history.totals[end]);
  };
  const std::string durations = PackHistogram(history.durations);
  const std::string failures = PackFailures(history.failures);
  rows_.Put(collector, row.domain_id, row.id, row.created_at, newest_created_at, newest_refresh_id,
            history.completed_at(), history.last_duration(),
            static_cast<std::int64_t>(history.last_result), history.last_success_at, total(0),
            total(1), total(2), SqliteBlob{durations}, std::int64_t{history.was_listed ? 1 : 0},
            history.first_seen_at.value_or(row.created_at), SqliteBlob{failures});
}

void SqliteDomainTable::Remove(std::int64_t collector, std::string_view domain_id) {
  rows_.Remove(collector, domain_id);
}

void SqliteDomainTable::ClearDurations() {
  ReplaceDurations(connection_, kTable, PackHistogram(DurationHistogram(bounds_)));
}

}  // namespace cckm
