// When a cron expression of five fields is due, in UTC.
//
// Minute, hour, day of month, month, day of week: `*`, numbers, lists, ranges, steps, and names of
// months and weekdays of three letters, without case.  0 and 7 are Sunday, and a range of weekdays
// may end with it.  `?` may stand alone for `*` in the day fields.  `a/n` is `a` to the end of the
// field in steps.  Where both day fields are given (anything but a lone `*` or `?`, so `*/2` is),
// a day of either is due; otherwise a day has to be in both.  There are no macros such as `@daily`.
// Source: the documentation of the appliance's scheduler, of run_at.
//
// Thread-safety: a value; every method may be called from any thread.

#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/cron/cron_fields.h"

namespace cckm {

class CronExpression {
 public:
  // Fails with kSchema, and says which field is wrong, with what in it, and what is allowed. Quotes
  // a short piece of the text, in ASCII.  At most 256 bytes.
  static Result<CronExpression> Parse(std::string_view text);

  // The first time after `moment` at which it is due; none where it never is again within the
  // range of WallTime, as on 30 February.
  std::optional<WallTime> NextAfter(WallTime moment) const;

  // The last time, `moment` included, at which it was due; none as above.
  std::optional<WallTime> LastAtOrBefore(WallTime moment) const;

  // The longest time between two neighbouring runs of those after `from` and not after the horizon.
  // With fewer than two runs there, as of a yearly schedule, the time from the next run to the one
  // after it; none where there are no two.  REQUIRES: a horizon of 0 to 100,000 days.
  std::optional<Nanoseconds> LongestGap(WallTime from,
                                        std::chrono::days horizon = std::chrono::days(400)) const;

 private:
  explicit CronExpression(const CronFields& fields) : fields_(fields) {}

  bool IsDueOn(std::chrono::sys_days day) const;
  // The times of a day at which it is due, from 00:00; none where there are none left.
  std::optional<std::chrono::minutes> FirstTimeFrom(std::chrono::minutes time_of_day) const;
  std::optional<std::chrono::minutes> LastTimeUntil(std::chrono::minutes time_of_day) const;
  // Between neighbouring ones of those times; both ends are such times.
  std::chrono::minutes LongestGapOfDay(std::chrono::minutes first, std::chrono::minutes last) const;
  // REQUIRES: both are due, and `first` is not after `last`.
  std::chrono::minutes LongestGapBetween(WallTime first, WallTime last) const;

  CronFields fields_;
};

}  // namespace cckm
