#include "exporter/ledger/sqlite/commit_count.h"
#include "exporter/ledger/sqlite/tally.h"
#include "exporter/ledger/sqlite/verify.h"
#include "exporter/ledger/sqlite/versions.h"

namespace cckm {
namespace {

constexpr const char* kNewTable = R"sql(
CREATE TABLE commits(          -- one row
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL,     -- of those that changed another table
  checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace

void MakeVersion3(SqliteConnection& connection) {
  SqliteTally tally(connection);
  tally.Load();
  CheckTables(connection, tally);
  connection.Execute(kNewTable);
  SqliteCommitCount(connection).Store(0);
}

}  // namespace cckm
