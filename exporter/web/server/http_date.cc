#include "exporter/web/server/http_date.h"

#include <fmt/chrono.h>

#include <chrono>

namespace cckm {

// {fmt} takes the names of days and months from no locale.
std::string FormatHttpDate(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
}

}  // namespace cckm
