// What reading the scheduler meets: requests and faults, for the next ScheduleUpdate.
//
// Called by ScheduleReader and its lists.  Thread-safety: belongs to one poller thread.

#pragma once

#include <algorithm>
#include <cstddef>

#include "collectors/base/error.h"
#include "collectors/poll/schedule_update.h"

namespace cckm {

class ScheduleFaults {
 public:
  // `update` outlives this.
  explicit ScheduleFaults(ScheduleUpdate& update) : update_(update) {}

  // Shows the first error of each kind, and counts every one.
  void Count(const Error& error) {
    ++update_.error_counts[static_cast<std::size_t>(error.kind)];
    Show(error);
  }
  // Shows it without counting it.
  void Show(const Error& error) {
    const auto same_kind = [&](const Error& shown) { return shown.kind == error.kind; };
    if (std::ranges::none_of(update_.errors, same_kind)) update_.errors.push_back(error);
  }

 private:
  ScheduleUpdate& update_;
};

}  // namespace cckm
