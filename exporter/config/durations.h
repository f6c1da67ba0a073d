// Durations and sizes as configuration files write them.
//
// Thread-safety: pure functions.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/base/clock.h"

namespace cckm {

// Reads a duration in the notation of Prometheus: whole numbers, each with one of the units y (365
// days), w, d, h, m, s and ms, in this order and each at most once, such as 1h30m; or a lone 0.
// Nothing where the text is anything else or longer than about 292 years.
std::optional<Nanoseconds> ParseDuration(std::string_view text);

// Writes a duration so that ParseDuration reads it back; what is below a millisecond is cut off.
// Years, weeks and days are used only where they leave no rest: 36h, not 1d12h.
// REQUIRES: length >= 0.
std::string FormatDuration(Nanoseconds length);

// Reads a whole number of bytes with an optional unit B, KiB, MiB, GiB or TiB, such as 8MiB.
// Nothing where the text is anything else or the size does not fit.
std::optional<std::size_t> ParseSize(std::string_view text);

// Writes a size with the largest unit that leaves no rest.
std::string FormatSize(std::size_t bytes);

}  // namespace cckm
