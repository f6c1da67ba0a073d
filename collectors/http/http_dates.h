// The times that HTTP headers carry.
//
// Used in this library only.  Thread-safety: pure functions.

#pragma once

#include <optional>
#include <string>

#include "collectors/base/clock.h"

namespace cckm {

// An HTTP-date (RFC 9110, section 5.6.7) between 1970 and 2261.
std::optional<WallTime> ParseHttpDate(const std::string& text);

// The value of a Retry-After header (RFC 9110, section 10.2.3): whole seconds, or a date to be
// compared with `now`.  At most a day; nothing for a time that has passed and for everything else.
std::optional<Nanoseconds> ParseRetryAfter(const std::string& text, WallTime now);

}  // namespace cckm
