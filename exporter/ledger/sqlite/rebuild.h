// Makes the histograms anew where the bucket bounds have changed.  For SqliteStore, within a
// transaction.
//
// Thread-safety: as the connection.

#pragma once

#include "exporter/ledger/sqlite/collector_table.h"
#include "exporter/ledger/sqlite/domain_table.h"
#include "exporter/ledger/sqlite/refresh_table.h"

namespace cckm {

// Rebuilds every histogram from the refreshes that are held, if the file's bounds are not `bounds`,
// and stores those.  What was forgotten is in no histogram any more; the totals stay.
void RebuildHistograms(SqliteConnection& connection, const BucketBounds& bounds,
                       SqliteCollectorTable& collectors, SqliteDomainTable& domains,
                       SqliteRefreshTable& refreshes, SqliteTally& tally);

}  // namespace cckm
