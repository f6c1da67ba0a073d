// Reading and writing of RFC 3339 timestamps.
//
// Thread-safety: pure functions.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collectors/base/clock.h"

namespace cckm {

// What a timestamp field can say.  The appliance writes Go's zero time, 0001-01-01T00:00:00Z, for
// "not set" (seen in its domain lists); that is kUnset, not an error.
struct ParsedTime {
  enum class Kind { kTime, kUnset, kUnreadable };
  Kind kind = Kind::kUnreadable;
  WallTime time{};  // meaningful for kTime only
};

// Accepts RFC 3339 section 5.6: `T`, `t` or a blank between date and time, `Z`, `z` or a numeric
// offset up to 23:59 (as +0200, too), any number of fraction digits (those past nanoseconds are cut
// off), and second 60, which is read as the first of the next minute.  Everything else, and every
// instant outside of 1970 to 2261, is kUnreadable; the zero time in any spelling is kUnset.
ParsedTime ParseRfc3339(std::string_view text);

// As 2021-03-03T06:10:54.097116Z: UTC, with as many fraction digits (0, 3, 6 or 9) as needed.
std::string FormatRfc3339(WallTime time);

}  // namespace cckm
