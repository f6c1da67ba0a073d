// Durations as Go's time.ParseDuration reads them, and with it exporter-toolkit's files.
//
// Thread-safety: pure functions.

#pragma once

#include <optional>
#include <string_view>

#include "collectors/base/clock.h"

namespace cckm {

// Decimal numbers with a unit each (h, m, s, ms, us, µs, ns), in any order, such as 1.5h or 1h30m,
// after an optional sign; or a lone 0.  What is below a nanosecond is cut off.  Nothing where the
// text is anything else or does not fit.
std::optional<Nanoseconds> ParseGoDuration(std::string_view text);

}  // namespace cckm
