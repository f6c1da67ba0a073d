// The rules by which the appliance's words become states.
//
// Source: deploy/docs/payload.md.  Called by the job reader of this library.
// Thread-safety: pure functions.

#pragma once

#include <span>
#include <string_view>

#include "collectors/decode/domain_text.h"
#include "collectors/model/refresh.h"
#include "collectors/model/refresh_schedule.h"

namespace cckm {

// True where the text is the word, which is in lower case.  Compares without case, with spaces and
// hyphens as underscores and without white space at either end.
bool IsSpelledAs(std::string_view text, std::string_view word);

// The state that a text of overall_status spells, compared as above; kUnknown for a word that is
// not in the table.
RefreshStatus ReadOverallStatus(std::string_view text);

// The same of the status of a run of the scheduler; never kNone.
RunStatus ReadRunStatus(std::string_view text);

// A completed job whose cancellation was asked for is a cancelled one; every other state stays.
RefreshStatus ApplyAbort(RefreshStatus status, bool abort_requested);

// State of a domain from what its text in detailed_status says and the appliance's own word on the
// refresh, the abort rule already applied.
DomainStatus StatusOfDomain(DomainText text, RefreshStatus refresh_status);

// A completed refresh is partial where some of its domains failed and failed where all of them did;
// every other state stays.
RefreshStatus ApplyDomains(RefreshStatus status, std::span<const DomainRefresh> domains);

}  // namespace cckm
