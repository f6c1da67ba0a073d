// Makes the histograms anew where the bucket bounds have changed.  For SqliteStore, within a
// transaction.
//
// Thread-safety: as the connection.

#pragma once

#include "exporter/ledger/sqlite/store.h"

namespace cckm {

// Rebuilds every histogram from the refreshes that are held, if the file's bounds are not the
// store's, and stores those.  What was forgotten is in no histogram any more; the totals stay.
void RebuildHistograms(SqliteStore& store);

}  // namespace cckm
