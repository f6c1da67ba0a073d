// The page at `/`: how everything stands, what is wrong, and what to do about it.
//
// Whole and in order without its script, which keeps it up to date, filters and sorts.
// Thread-safety: pure function.

#pragma once

#include <string>
#include <string_view>

#include "exporter/web/status/status_model.h"

namespace cckm {

// The whole document.  `telemetry_path` is where the metrics are.
std::string StatusPage(const StatusModel& model, std::string_view telemetry_path);

}  // namespace cckm
