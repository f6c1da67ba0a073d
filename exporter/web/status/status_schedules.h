// Schedules on the status page: what is planned, due and missed, and which domains no schedule
// covers.
//
// Thread-safety: pure functions.

#pragma once

#include <string>

#include "exporter/web/status/status_model.h"

namespace cckm {

// Appends their sections; nothing where no scheduler is read.
void AppendSchedules(std::string& html, const StatusModel& model);
// As "12 schedules, 1 missed", and that they cannot be read.
std::string SummaryOf(const ShownScheduler& scheduler);

}  // namespace cckm
