#include "exporter/ledger/sqlite/versions.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "exporter/history/history.h"
#include "exporter/ledger/sqlite/codec.h"
#include "exporter/ledger/sqlite/schema.h"
#include "exporter/ledger/sqlite/statement.h"
#include "exporter/ledger/sqlite/tally.h"
#include "exporter/ledger/sqlite/verify.h"

namespace cckm {
namespace {

constexpr const char* kNewColumns = R"sql(
ALTER TABLE collector ADD COLUMN clock_ahead INTEGER NOT NULL DEFAULT 0; -- the appliance's of ours

ALTER TABLE domain ADD COLUMN was_listed INTEGER NOT NULL DEFAULT 0;     -- a complete list had it
ALTER TABLE domain ADD COLUMN first_seen_at INTEGER NOT NULL DEFAULT 0;  -- by our clock
ALTER TABLE domain ADD COLUMN failures BLOB NOT NULL DEFAULT x'';        -- packed: in a row

CREATE TABLE tally(            -- one row: rows of the tables, and the sums of their checksums
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  bounds_rows INTEGER NOT NULL,
  bounds_sum INTEGER NOT NULL,
  collector_rows INTEGER NOT NULL,
  collector_sum INTEGER NOT NULL,
  domain_rows INTEGER NOT NULL,
  domain_sum INTEGER NOT NULL,
  refresh_rows INTEGER NOT NULL,
  refresh_sum INTEGER NOT NULL,
  forgotten_rows INTEGER NOT NULL,
  forgotten_sum INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* kNewTable = R"sql(
CREATE TABLE commits(          -- one row
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL,     -- of those that changed another table
  checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

using Streaks = std::map<std::int64_t, FailureStreak>;  // by the domain's id

// What the refreshes that are held say of their domains.
Streaks StreaksOfRefreshes(SqliteConnection& connection) {
  Streaks streaks;
  SqliteStatement refreshes(connection, "SELECT refresh_id, created_at, domains FROM refresh");
  for (SqliteRun run = refreshes.Start(); run.Next();) {
    const auto place = FailureStreak::PlaceOf(run.OptionalTime(1), run.Bytes(0));
    const auto domains = UnpackDomains(run.Bytes(2));
    if (!domains) connection.FailAsCorrupt("a refresh cannot be read");
    if (!domains) break;
    for (const StoredDomain& stored : domains->domains)
      Take(stored.status, place, streaks[stored.domain]);
  }
  return streaks;
}

struct NewFailures {
  std::int64_t collector;
  std::string domain_id;
  std::string packed;
};

void StoreStreaks(SqliteConnection& connection, const Streaks& streaks) {
  std::vector<NewFailures> all;
  SqliteStatement domains(connection, "SELECT collector, domain_id, id FROM domain");
  for (SqliteRun run = domains.Start(); run.Next();) {
    const auto streak = streaks.find(run.Integer(2));
    if (streak == streaks.end()) continue;
    all.push_back({run.Integer(0), std::string(run.Bytes(1)), PackFailures(streak->second)});
  }
  SqliteStatement update(connection,
                         "UPDATE domain SET failures = ?3 WHERE collector = ?1 AND domain_id = ?2");
  for (const NewFailures& of : all) {
    update.Execute(of.collector, of.domain_id, SqliteBlob{of.packed});
  }
}

}  // namespace

void MakeVersion2(SqliteConnection& connection) {
  CheckTablesOfVersion1(connection);
  const Streaks streaks = StreaksOfRefreshes(connection);
  connection.Execute(kNewColumns);
  SqliteStatement(connection, "UPDATE domain SET first_seen_at = created_at").Execute();
  StoreStreaks(connection, streaks);
  RenewChecksums(connection, kCollectorTable);
  RenewChecksums(connection, kDomainTable);
  SqliteTally tally(connection);
  tally.CountAnew();
  (void)tally.Store();
}

void MakeVersion3(SqliteConnection& connection) {
  SqliteTally tally(connection);
  tally.Load();
  CheckTables(connection, tally);
  connection.Execute(kNewTable);
  SqliteCommitCount(connection).Store(0);
}

}  // namespace cckm
