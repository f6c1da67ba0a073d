// Says when cron expressions are due, for croniter_test.py.
//
// Reads lines of an expression, a tab and seconds since 1970; writes for each the last time at or
// before that moment and the next one after it, in the same seconds, with `-` for none.  An
// expression that cannot be read is answered with its error.

#include <charconv>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>

#include "collectors/cron/cron_expression.h"

namespace {

std::string Seconds(const std::optional<cckm::WallTime>& time) {
  if (!time) return "-";
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time->time_since_epoch()).count());
}

std::string Answer(const std::string& line) {
  const auto tab = line.find('\t');
  std::int64_t seconds = 0;
  if (tab != std::string::npos) {
    std::from_chars(line.data() + tab + 1, line.data() + line.size(), seconds);
  }
  const auto expression = cckm::CronExpression::Parse(line.substr(0, tab));
  if (!expression) return expression.error().message;
  const cckm::WallTime moment{std::chrono::seconds(seconds)};
  return Seconds(expression->LastAtOrBefore(moment)) + '\t' +
         Seconds(expression->NextAfter(moment));
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) std::cout << Answer(line) << '\n';
}
