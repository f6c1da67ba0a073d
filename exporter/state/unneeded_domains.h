// Which domains nobody needs any more, so that the ledger may let go of them.
//
// Thread-safety: none; called by StateStore under its lock.

#pragma once

#include <set>
#include <string>

#include "exporter/state/state.h"

namespace cckm {

// Domains that nothing told of for a day, by the text of their labels: they are not shown, no
// watched refresh names them, and the last complete list does not have them.  None as long as the
// collector's refreshes and lists are not all known.
std::set<std::string, std::less<>> UnneededDomains(const CollectorState& collector, SteadyTime now);

}  // namespace cckm
