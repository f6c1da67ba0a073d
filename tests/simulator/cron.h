// The five fields of a cron expression, as the scheduler's documentation describes them: minute,
// hour, day of the month, month, day of the week, in UTC.  Written down anew: this must not come
// from the exporter, whose witness it is.
//
//   *  a number  first-last  any of these with /step  lists of these with commas
//
// A number with a step goes on to the field's end.  Months and weekdays may be named by three
// letters, without case; Sunday is 0 and 7.  In the day fields ? is another word for *.  Where both
// day fields say something, one of them is enough.
//
// Thread-safety: pure functions and plain values, from any thread.

#pragma once

#include <bitset>
#include <optional>
#include <string_view>

#include "tests/simulator/timestamp.h"

namespace cckm::simulator {

class Cron {
 public:
  // Nothing where the text is no such expression.
  static std::optional<Cron> Parse(std::string_view text);

  // The first due minute later than `time`; kNever where none comes within the next eight years.
  TimePoint After(TimePoint time) const;

  // The last due minute earlier than `time`; nothing where there was none in the last eight years.
  std::optional<TimePoint> Before(TimePoint time) const;

 private:
  // A set bit for every value that is due, by the value itself.
  using Values = std::bitset<60>;

  Cron() = default;
  bool IsDueOn(std::chrono::sys_days day) const;
  // The first due minute of a day from that one on, the last one up to it; nothing where there is
  // none.
  std::optional<int> FirstFrom(int minute_of_day) const;
  std::optional<int> LastUpTo(int minute_of_day) const;

  Values minutes_;
  Values hours_;
  Values days_;
  Values months_;
  Values weekdays_;  // 0 is Sunday
  bool any_day_ = false;
  bool any_weekday_ = false;
};

}  // namespace cckm::simulator
