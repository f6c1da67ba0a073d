#include "exporter/ledger/sqlite/commit_count.h"

#include "exporter/ledger/sqlite/table.h"

namespace cckm {
namespace {

constexpr SqliteTable kTable = {
    .name = "commits", .columns = "id, number", .column_count = 2, .key = "id"};

}  // namespace

SqliteCommitCount::SqliteCommitCount(SqliteConnection& connection)
    : connection_(connection),
      find_(connection, SelectSql(kTable, "")),
      store_(connection, StoreSql(kTable)) {}

std::int64_t SqliteCommitCount::Read() {
  SqliteRun run = find_.Start();
  if (NextVerifiedRow(connection_, run, kTable)) return latest_ = run.Integer(1);
  connection_.FailAsCorrupt("the row that counts the commits is missing");
  return 0;
}

void SqliteCommitCount::Store(std::int64_t commits) {
  store_.Execute(std::int64_t{1}, commits);
  latest_ = commits;
}

}  // namespace cckm
