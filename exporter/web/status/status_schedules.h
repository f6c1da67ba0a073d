// Schedules on the status page and in its JSON: what is planned, due and missed, and which domains
// no schedule covers.
//
// Thread-safety: pure functions.

#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "exporter/state/state_store.h"
#include "exporter/web/status/status_model.h"

namespace cckm {

// Of a target's scheduler; none where it is not read.
std::optional<ShownScheduler> SchedulerOf(const TargetState& target);

// Copies the first of all schedules, and of the domains that none covers.
void TakeSchedules(const StateView& view, StatusModel& model);

// Makes what was copied fit to be shown.
void MakeSchedulesFit(StatusModel& model);

// Appends their sections; nothing where no scheduler is read.
void AppendSchedules(std::string& html, const StatusModel& model);
// As "12 schedules, 1 missed", and that they cannot be read.
std::string SummaryOf(const ShownScheduler& scheduler);

// Adds their members; nothing where no scheduler is read.
void AddSchedules(const StatusModel& model, nlohmann::ordered_json& status);
nlohmann::ordered_json ToJson(const ShownScheduler& scheduler);

}  // namespace cckm
