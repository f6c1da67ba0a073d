#include "exporter/ledger/sqlite/refresh_table.h"

#include <array>
#include <utility>

#include "exporter/history/history.h"
#include "exporter/ledger/sqlite/schema.h"

namespace cckm {
namespace {

// The numbers are what is stored.
static_assert(kRefreshEndNames ==
              std::array<std::string_view, 4>{"completed", "partial", "failed", "cancelled"});
constexpr auto kFirstEnd = static_cast<std::int64_t>(RefreshStatus::kCompleted);
static_assert(RefreshStatusName(RefreshStatus::kCompleted) == kRefreshEndNames[0]);
static_assert(RefreshStatusName(RefreshStatus::kCancelled) == kRefreshEndNames[3]);

constexpr const SqliteTable& kTable = kRefreshTable;

constexpr std::string_view kKnowsSql =
    "SELECT 1 FROM refresh WHERE collector = ?1 AND refresh_id = ?2 UNION ALL "
    "SELECT 1 FROM forgotten WHERE collector = ?1 AND fingerprint = ?3";
constexpr std::string_view kOldestSql =
    "SELECT refresh_id FROM refresh WHERE collector = ?1 AND finished_at < ?2 "
    "ORDER BY finished_at, refresh_id";

}  // namespace

bool RefreshRow::SaysTheSameAs(const RefreshRow& other) const {
  return SummaryOf(refresh) == SummaryOf(other.refresh) && domains == other.domains &&
         left_out == other.left_out;
}

SqliteRefreshTable::SqliteRefreshTable(SqliteConnection& connection, SqliteTally& tally)
    : connection_(connection),
      knows_(connection, kKnowsSql),
      rows_(connection, tally, LedgerTable::kRefresh, kTable),
      forgotten_(connection, tally, LedgerTable::kForgotten, kForgottenTable),
      find_(connection, SelectSql(kTable, "WHERE collector = ?1 AND refresh_id = ?2")),
      finished_since_(connection, SelectSql(kTable, "WHERE collector = ?1 AND finished_at >= ?2")),
      all_(connection, SelectSql(kTable, "WHERE collector = ?1")),
      after_(connection, SelectSql(kTable,
                                   "WHERE collector = ?1 AND refresh_id > ?2 "
                                   "ORDER BY refresh_id")),
      oldest_(connection, kOldestSql) {}

bool SqliteRefreshTable::Knows(std::int64_t collector, std::string_view refresh_id) {
  return knows_.Start(collector, refresh_id, Fingerprint(refresh_id)).Next();
}

void SqliteRefreshTable::Store(std::int64_t collector, const RefreshRow& row) {
  const Refresh& refresh = row.refresh;
  const std::string domains = PackDomains({row.domains, row.left_out});
  rows_.Put(collector, refresh.id, row.finished_at, std::int64_t{refresh.completed_at ? 1 : 0},
            refresh.created_at, static_cast<std::int64_t>(refresh.status) - kFirstEnd,
            std::int64_t{row.counts ? 1 : 0}, SqliteBlob{domains});
}

std::optional<RefreshRow> SqliteRefreshTable::NextRow(SqliteRun& run) {
  if (!NextVerifiedRow(connection_, run, kTable)) return std::nullopt;
  auto domains = UnpackDomains(run.Bytes(7));
  const auto end = static_cast<std::size_t>(run.Integer(5));
  if (!domains || end >= kRefreshEndNames.size()) {
    connection_.FailAsCorrupt("a refresh cannot be read");
    return std::nullopt;
  }
  RefreshRow row;
  row.refresh.id = run.Bytes(1);
  row.refresh.status = static_cast<RefreshStatus>(run.Integer(5) + kFirstEnd);
  row.refresh.created_at = run.OptionalTime(4);
  row.finished_at = run.Time(2);
  if (run.Integer(3) != 0) row.refresh.completed_at = row.finished_at;
  row.counts = run.Integer(6) != 0;
  row.domains = std::move(domains->domains);
  row.left_out = domains->left_out;
  return row;
}

std::optional<RefreshRow> SqliteRefreshTable::Find(std::int64_t collector,
                                                   std::string_view refresh_id) {
  SqliteRun run = find_.Start(collector, refresh_id);
  return NextRow(run);
}

std::vector<RefreshRow> SqliteRefreshTable::FinishedSince(std::int64_t collector, WallTime since) {
  std::vector<RefreshRow> rows;
  SqliteRun run = finished_since_.Start(collector, since);
  while (auto row = NextRow(run)) rows.push_back(std::move(*row));
  return rows;
}

void SqliteRefreshTable::ForEach(std::int64_t collector,
                                 const std::function<void(const RefreshRow&)>& visit) {
  SqliteRun run = all_.Start(collector);
  while (const auto row = NextRow(run)) visit(*row);
}

bool SqliteRefreshTable::ForEachAfter(std::int64_t collector, std::string_view refresh_id,
                                      const std::function<bool(const RefreshRow&)>& visit) {
  SqliteRun run = after_.Start(collector, refresh_id);
  while (const auto row = NextRow(run)) {
    if (!visit(*row)) return false;
  }
  return true;
}

std::vector<std::string> SqliteRefreshTable::Oldest(
    std::int64_t collector, WallTime before, std::size_t limit,
    const std::function<bool(std::string_view)>& may_go) {
  std::vector<std::string> ids;
  SqliteRun run = oldest_.Start(collector, before);
  while (ids.size() < limit && run.Next()) {
    if (may_go(run.Bytes(0))) ids.emplace_back(run.Bytes(0));
  }
  return ids;
}

bool SqliteRefreshTable::Forget(std::int64_t collector, std::string_view refresh_id) {
  forgotten_.Put(collector, Fingerprint(refresh_id));
  return rows_.Remove(collector, refresh_id);
}

}  // namespace cckm
