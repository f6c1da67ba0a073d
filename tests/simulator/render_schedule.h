// The simulated scheduler's configurations and runs as JSON.
//
// Thread-safety: pure functions, from any thread.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/render.h"
#include "tests/simulator/scheduler.h"

namespace cckm::simulator {

// The word of a run's `status`.
std::string_view WordOf(RunStatus status);

// Nothing for a word that is none.
std::optional<RunStatus> ParseRunStatus(std::string_view word);

std::string RenderSchedule(const Schedule& schedule);
std::string RenderScheduleList(const Envelope& envelope, const std::vector<SchedulePtr>& page);

// Whether runs name their configuration: that is inferred from a filter and never seen.
enum class ConfigId { kShown, kOmitted };

std::string RenderRun(const Run& run, ConfigId config_id);
std::string RenderRunList(const Envelope& envelope, const std::vector<Run>& page,
                          ConfigId config_id);

}  // namespace cckm::simulator
