// The tables of the ledger's file, and the way from an older version of them to this one.  For this
// library.
//
// Thread-safety: as the connection.

#pragma once

#include <array>
#include <cstdint>

#include "exporter/ledger/sqlite/connection.h"
#include "exporter/ledger/sqlite/table.h"

namespace cckm {

// Stored in the file as its user_version.  A version is never changed once it was released: a
// change is a further one with its step.
inline constexpr std::int64_t kSchemaVersion = 3;

inline constexpr SqliteTable kBoundsTable = {
    .name = "bucket_bounds", .columns = "id, bounds", .key = "id, bounds"};
inline constexpr SqliteTable kCollectorTable = {
    .name = "collector",
    .columns = "target, family, id, created_at, baseline, durations, clock_ahead",
    .key = "target, family"};
inline constexpr SqliteTable kDomainTable = {
    .name = "domain",
    .columns =
        "collector, domain_id, id, created_at, newest_created_at, newest_refresh_id, "
        "completed_at, last_duration, last_result, last_success_at, completed, failed, "
        "cancelled, durations, was_listed, first_seen_at, failures",
    .key = "collector, domain_id"};
inline constexpr SqliteTable kRefreshTable = {
    .name = "refresh",
    .columns =
        "collector, refresh_id, finished_at, knows_completed_at, created_at, status, "
        "counts, domains",
    .key = "collector, refresh_id"};
inline constexpr SqliteTable kForgottenTable = {
    .name = "forgotten", .columns = "collector, fingerprint", .key = "collector, fingerprint"};

// Indexed as LedgerTable.
inline constexpr std::array<SqliteTable, kLedgerTableNames.size()> kTables = {
    kBoundsTable, kCollectorTable, kDomainTable, kRefreshTable, kForgottenTable};

inline constexpr SqliteTable kCollectorTableOfVersion1 = {
    .name = "collector",
    .columns = "target, family, id, created_at, baseline, durations",
    .key = "target, family"};
inline constexpr SqliteTable kDomainTableOfVersion1 = {
    .name = "domain",
    .columns =
        "collector, domain_id, id, created_at, newest_created_at, newest_refresh_id, "
        "completed_at, last_duration, last_result, last_success_at, completed, failed, "
        "cancelled, durations",
    .key = "collector, domain_id"};
inline constexpr std::array<SqliteTable, kLedgerTableNames.size()> kTablesOfVersion1 = {
    kBoundsTable, kCollectorTableOfVersion1, kDomainTableOfVersion1, kRefreshTable,
    kForgottenTable};

// The version of the tables in the file, 0 for a new file.  Fails if the file is not a ledger.
std::int64_t ReadSchemaVersion(SqliteConnection& connection);

// Takes the tables from `version` to kSchemaVersion.  Fails if those of an older version are
// damaged.  Always writes to the file.
void Migrate(SqliteConnection& connection, std::int64_t version);

}  // namespace cckm
