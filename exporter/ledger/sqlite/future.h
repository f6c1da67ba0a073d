// Corrects what a ledger holds of times that have not come yet: an appliance whose clock was wrong
// once would else be believed for good.  For SqliteStore, within a transaction.
//
// Thread-safety: as the connection.

#pragma once

#include "collectors/base/clock.h"
#include "exporter/ledger/sqlite/store.h"

namespace cckm {

// Unsets every time of an appliance that is later than `now` by its clock, as far as that is known,
// and 5 minutes; and works out anew what domains have from their newest refreshes where it hung on
// one.  Times of our own clock become `now`.  Counts stay.  Does nothing where `now` is before the
// ledger began: our clock is the one that is wrong then.
void CorrectFuture(SqliteStore& store, WallTime now);

}  // namespace cckm
