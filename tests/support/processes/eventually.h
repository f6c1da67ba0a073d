// Waiting, in tests that start whole processes.
//
// Such processes keep the time of the host, so there is no clock to fake.  Their tests wait for a
// condition and never for a length of time, and this is their only way to wait.
// Thread-safety: a pure function.

#pragma once

#include <functional>

#include "collectors/base/clock.h"

namespace cckm {

// Longer than anything here takes on a busy host: for what has no limit of its own.
inline constexpr Nanoseconds kPatience = std::chrono::seconds(60);

// True as soon as `condition` holds, false if it still does not when `limit` has passed.  Asks
// again when `descriptor` can be read, and after 20 ms at the latest; -1 is no descriptor.
[[nodiscard]] bool Eventually(Nanoseconds limit, const std::function<bool()>& condition,
                              int descriptor = -1);

}  // namespace cckm
