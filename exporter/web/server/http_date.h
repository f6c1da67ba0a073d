// The value of the header `Date` (RFC 9110 section 5.6.7).
//
// Thread-safety: pure functions.

#pragma once

#include <string>

#include "collectors/base/clock.h"

namespace cckm {

// As "Sun, 06 Nov 1994 08:49:37 GMT": always 29 characters.
std::string FormatHttpDate(WallTime time);

}  // namespace cckm
