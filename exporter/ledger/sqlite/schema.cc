#include "exporter/ledger/sqlite/schema.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "exporter/ledger/sqlite/statement.h"
#include "exporter/ledger/sqlite/versions.h"

namespace cckm {
namespace {

// Marks the file as a ledger: "CCKM".
constexpr std::int64_t kApplicationId = 0x43'43'4B'4D;

// Times are nanoseconds since 1970-01-01T00:00:00Z, lengths of time nanoseconds; what is packed is
// described in codec.h, checksums in checksum.h.  Rows are kept in the order of their
// keys, without a second copy of the key in an index of its own.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE bucket_bounds(  -- one row: of all histograms below
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  bounds BLOB NOT NULL,      -- packed
  checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE collector(
  target TEXT NOT NULL,
  family TEXT NOT NULL,
  id INTEGER NOT NULL,           -- stands for the collector in the other tables
  created_at INTEGER NOT NULL,   -- of this row: when its histograms began
  baseline INTEGER,              -- when the first discovery began, by the appliance's clock
  durations BLOB NOT NULL,       -- packed: four histograms
  checksum INTEGER NOT NULL,
  PRIMARY KEY(target, family)
) STRICT, WITHOUT ROWID;

CREATE TABLE domain(
  collector INTEGER NOT NULL,
  domain_id TEXT NOT NULL,
  id INTEGER NOT NULL,           -- stands for the domain in refresh.domains
  created_at INTEGER NOT NULL,   -- of this row: when its counters began
  newest_created_at INTEGER,     -- of the newest finished refresh, as are the next four
  newest_refresh_id TEXT,
  completed_at INTEGER,
  last_duration INTEGER,
  last_result INTEGER NOT NULL,  -- 0 none, 1 completed, 2 failed, 3 cancelled
  last_success_at INTEGER,
  completed INTEGER NOT NULL,    -- how many refreshes ended so
  failed INTEGER NOT NULL,
  cancelled INTEGER NOT NULL,
  durations BLOB NOT NULL,       -- packed: one histogram
  checksum INTEGER NOT NULL,
  PRIMARY KEY(collector, domain_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE refresh(
  collector INTEGER NOT NULL,
  refresh_id TEXT NOT NULL,
  finished_at INTEGER NOT NULL,  -- completed_at; where that is unknown, when it was stored
  knows_completed_at INTEGER NOT NULL,
  created_at INTEGER,
  status INTEGER NOT NULL,       -- 0 completed, 1 partial, 2 failed, 3 cancelled
  counts INTEGER NOT NULL,       -- 0: only remembered
  domains BLOB NOT NULL,         -- packed: ids and states
  checksum INTEGER NOT NULL,
  PRIMARY KEY(collector, refresh_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX refresh_by_time ON refresh(collector, finished_at);

CREATE TABLE forgotten(          -- keys of refreshes that were let go
  collector INTEGER NOT NULL,
  fingerprint INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY(collector, fingerprint)
) STRICT, WITHOUT ROWID;
)sql";

void MakeVersion1(SqliteConnection& connection) { connection.Execute(kVersion1); }

// Step i leads from version i to version i + 1.
constexpr std::array<void (*)(SqliteConnection&), kSchemaVersion> kSteps = {
    MakeVersion1, MakeVersion2, MakeVersion3};

std::int64_t ReadInteger(SqliteConnection& connection, std::string_view sql) {
  SqliteStatement statement(connection, sql);
  SqliteRun run = statement.Start();
  return run.Next() ? run.Integer(0) : 0;
}

}  // namespace

std::int64_t ReadSchemaVersion(SqliteConnection& connection) {
  const std::int64_t application = ReadInteger(connection, "PRAGMA application_id");
  const std::int64_t version = ReadInteger(connection, "PRAGMA user_version");
  const std::int64_t objects = ReadInteger(connection, "SELECT count(*) FROM sqlite_schema");
  const bool is_new = application == 0 && version == 0 && objects == 0;
  const bool is_ledger = application == kApplicationId && version >= 1;
  if (!is_new && !is_ledger) connection.FailAsCorrupt("it is another kind of file");
  return version;
}

void Migrate(SqliteConnection& connection, std::int64_t version) {
  for (auto step = static_cast<std::size_t>(version); step < kSteps.size(); ++step) {
    kSteps[step](connection);
  }
  const std::string mark = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                           "; PRAGMA user_version = " + std::to_string(kSchemaVersion);
  connection.Execute(mark.c_str());
}

}  // namespace cckm
