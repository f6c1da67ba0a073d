// Entries of the scheduler's lists to RefreshSchedule and ScheduleRun.
//
// Called by Decoder.  Thread-safety: pure functions.

#pragma once

#include <simdjson.h>

#include <cstddef>
#include <optional>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/decode/shortener.h"
#include "collectors/model/refresh_schedule.h"

namespace cckm {

// Units of a schedule that are kept; those beyond are left out.
inline constexpr std::size_t kMaxScheduleUnits = 10'000;

// True where the entry's operation is cckm_synchronization, compared without case and with spaces
// and hyphens as underscores.  Where none is told, the answer is `if_untold`.
bool IsSynchronization(simdjson::dom::object entry, bool if_untold);

// Fails with kSchema where id is missing.  Everything else may be missing or of another type, and
// is then as in a RefreshSchedule of which nothing is told.  A creation or change later than
// `latest_time` cannot be read; none: no bound.
Result<RefreshSchedule> ReadSchedule(simdjson::dom::object entry, const Shortener& shortener,
                                     std::optional<WallTime> latest_time);

// Fails with kSchema where neither job_config_id nor name tells the schedule.
Result<ScheduleRun> ReadScheduleRun(simdjson::dom::object entry, const Shortener& shortener,
                                    std::optional<WallTime> latest_time);

// When the entry says that it was created; none where it is unset, unreadable or later than
// `latest_time`.
std::optional<WallTime> ReadCreation(simdjson::dom::object entry,
                                     std::optional<WallTime> latest_time);

}  // namespace cckm
