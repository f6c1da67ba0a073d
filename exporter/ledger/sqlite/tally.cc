#include "exporter/ledger/sqlite/tally.h"

#include <string>

#include "exporter/ledger/sqlite/table.h"

namespace cckm {
namespace {

constexpr SqliteTable kTally = {
    .name = "tally",
    .columns =
        "id, bounds_rows, bounds_sum, collector_rows, collector_sum, domain_rows, "
        "domain_sum, refresh_rows, refresh_sum, forgotten_rows, forgotten_sum",
    .key = "id"};

constexpr SqliteTable kCommits = {.name = "commits", .columns = "id, number", .key = "id"};

TableSum ReadSum(SqliteConnection& connection, std::string_view table) {
  const std::string sql = "SELECT count(*), coalesce(sum(checksum), 0) FROM " + std::string(table);
  SqliteStatement statement(connection, sql);
  SqliteRun run = statement.Start();
  return run.Next() ? TableSum{run.Integer(0), run.Integer(1)} : TableSum{};
}

}  // namespace

SqliteTally::SqliteTally(SqliteConnection& connection)
    : connection_(connection),
      find_(connection, SelectSql(kTally, "")),
      store_(connection, StoreSql(kTally)) {}

void SqliteTally::Load() {
  is_changed_ = false;
  SqliteRun run = find_.Start();
  if (!NextVerifiedRow(connection_, run, kTally)) {
    connection_.FailAsCorrupt("the row that counts the rows of the tables is missing");
    return;
  }
  int column = 0;
  for (TableSum& sum : sums_) {
    sum.rows = run.Integer(++column);
    sum.checksums = run.Integer(++column);
  }
}

bool SqliteTally::Store() {
  if (!is_changed_) return false;
  is_changed_ = false;
  const auto& [bounds, collector, domain, refresh, forgotten] = sums_;
  store_.Execute(std::int64_t{1}, bounds.rows, bounds.checksums, collector.rows,
                 collector.checksums, domain.rows, domain.checksums, refresh.rows,
                 refresh.checksums, forgotten.rows, forgotten.checksums);
  return true;
}

void SqliteTally::Add(LedgerTable table, std::int64_t rows, std::int64_t checksums) {
  TableSum& sum = sums_[static_cast<std::size_t>(table)];
  sum.rows += rows;
  sum.checksums += checksums;
  is_changed_ = true;
}

void SqliteTally::CountAnew() {
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    sums_[i] = ReadSum(connection_, kLedgerTableNames[i]);
  }
  is_changed_ = true;
}

SqliteCommitCount::SqliteCommitCount(SqliteConnection& connection)
    : connection_(connection),
      find_(connection, SelectSql(kCommits, "")),
      store_(connection, StoreSql(kCommits)) {}

std::int64_t SqliteCommitCount::Read() {
  SqliteRun run = find_.Start();
  if (NextVerifiedRow(connection_, run, kCommits)) return latest_ = run.Integer(1);
  connection_.FailAsCorrupt("the row that counts the commits is missing");
  return 0;
}

void SqliteCommitCount::Store(std::int64_t commits) {
  store_.Execute(std::int64_t{1}, commits);
  latest_ = commits;
}

}  // namespace cckm
