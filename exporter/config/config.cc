#include "exporter/config/config.h"

#include <algorithm>

namespace cckm {

bool TargetConfig::has_http_address() const {
  return std::ranges::any_of(
      addresses(), [](const std::string& address) { return address.starts_with("http://"); });
}

std::vector<Nanoseconds> DefaultDurationBuckets() {
  using std::chrono::days;
  using std::chrono::hours;
  using std::chrono::minutes;
  using std::chrono::seconds;
  return {seconds(1), seconds(2), seconds(5),  seconds(10), seconds(30), minutes(1),
          minutes(2), minutes(5), minutes(10), minutes(20), minutes(30), hours(1),
          hours(2),   hours(4),   hours(8),    days(1),     days(3)};
}

}  // namespace cckm
