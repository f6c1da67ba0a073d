// Numbers, lengths of time and foreign text in words, as the status page shows them.
//
// Thread-safety: pure functions.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "collectors/base/clock.h"

namespace cckm {

// As 1,234,567.
std::string Grouped(std::size_t number);

// As "1 domain" and "2,000 domains".
std::string CountOf(std::size_t number, std::string_view singular, std::string_view plural);

// The two largest units that matter: "250 ms", "4.2 s", "45 s", "2 min 5 s", "3 h 20 min",
// "2 d 4 h"; a negative length with a minus sign before it.
std::string FormatApproximateDuration(Nanoseconds length);

// "in 3 h 20 min", "3 h 20 min ago" or "now", to the second.
std::string FormatDistance(WallTime time, WallTime now);

// As "2021-03-03 06:10:54 UTC".
std::string FormatTime(WallTime time);

// The same without its date on the (UTC) day of `now`.
std::string FormatShortTime(WallTime time, WallTime now);

// As 2021-03-03T06:10:54Z, to the second.
std::string ToTheSecond(WallTime time);

// What the appliance wrote, fit to be shown: Printable(), and at most 200 characters, the last of
// them an ellipsis where some were cut off.
std::string Shown(std::string_view foreign);

}  // namespace cckm
