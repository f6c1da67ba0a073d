// The five fields of a cron expression as sets of numbers.
//
// Called by CronExpression.  Thread-safety: pure functions.

#pragma once

#include <cstdint>
#include <string_view>

#include "collectors/base/error.h"

namespace cckm {

// Sets of allowed values: bit 5 stands for the value 5.
struct CronFields {
  std::uint64_t minutes = 0;
  std::uint64_t hours = 0;
  std::uint64_t days_of_month = 0;
  std::uint64_t months = 0;
  std::uint64_t days_of_week = 0;  // 0 is Sunday; 7 is not used
  // Both day fields are given, that is anything but a lone * or ?: a day of either is allowed.
  bool either_day = false;
};

// Fails as CronExpression::Parse() does.
Result<CronFields> ParseCronFields(std::string_view text);

}  // namespace cckm
