// A plan of the appliance's scheduler that starts refreshes, and its runs.
//
// Plain data.  Made by decode, carried by poll, shown by the exporter.  Source: the scheduler's
// lists GET /api/v1/scheduler/job-configs and /api/v1/scheduler/jobs.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/model/family.h"

namespace cckm {

// A configuration of the operation cckm_synchronization.
struct RefreshSchedule {
  static constexpr std::string_view kStartDate = "start_date";
  static constexpr std::string_view kEndDate = "end_date";

  std::string id = {};
  std::string name = {};
  const Family* family = nullptr;  // null: the appliance's word for the cloud is not known
  std::string run_at = {};         // a cron expression, as sent; empty: none
  bool is_disabled = false;
  std::optional<WallTime> starts_at = {};  // none: unset, as 0001-01-01T00:00:00Z is
  std::optional<WallTime> ends_at = {};
  std::optional<WallTime> created_at = {};
  std::optional<WallTime> updated_at = {};
  bool covers_all = false;              // synchronize_all
  std::vector<std::string> units = {};  // IDs or names, as sent, of every field that lists units
  // The members that hold no time that can be read, by their names in the appliance's answer; the
  // times are unset.
  std::vector<std::string_view> unreadable_times = {};

  // Nobody can tell when it begins or ends.
  bool HasUnreadableSpan() const;

  friend bool operator==(const RefreshSchedule&, const RefreshSchedule&) = default;
};

inline bool RefreshSchedule::HasUnreadableSpan() const {
  return std::ranges::any_of(unreadable_times, [](std::string_view member) {
    return member == kStartDate || member == kEndDate;
  });
}

// The state of a run.  kNone: no run is known.
enum class RunStatus : std::uint8_t {
  kNone,
  kScheduled,
  kInProgress,
  kCompleted,
  kFailed,
  kAborted,
  kUnknown
};
// The label `status` of cckm_schedule_last_run_status.
inline constexpr std::array<std::string_view, 7> kRunStatusNames = {
    "none", "scheduled", "in_progress", "completed", "failed", "aborted", "unknown"};

struct ScheduleRun {
  std::string id = {};
  std::string schedule_id = {};    // job_config_id; empty where the appliance does not tell
  std::string schedule_name = {};  // joins the two where there is no schedule_id
  RunStatus status = RunStatus::kUnknown;
  std::optional<WallTime> created_at = {};
  bool has_unreadable_creation = false;  // createdAt is no time, and unset

  friend bool operator==(const ScheduleRun&, const ScheduleRun&) = default;
};

}  // namespace cckm
