// The scheduler's part of the simulated API: GET /api/v1/scheduler/job-configs and /jobs, as lists
// and by ID.
//
// The filters of the lists are known from a command line tool; their spelling in a query is not
// public.  Taken are its flags' names (job-config-id), with a hyphen or an underscore.
//
// Thread-safety: pure functions, from any thread.

#pragma once

#include <string_view>

#include "tests/simulator/http_message.h"
#include "tests/simulator/scheduler.h"

namespace cckm::simulator {

struct SchedulerApiSettings {
  enum class Access {
    kAllowed,
    kForbidden,  // 403: the account may not read it
    kAbsent,     // 404: the Community Edition has none
  };
  Access access = Access::kAllowed;
  bool config_id_in_runs = true;
  bool filters = true;  // false: all but skip, limit and sort is ignored
};

bool IsSchedulerPath(std::string_view path);

// `at`: the moment of which the runs are shown.  REQUIRES: IsSchedulerPath(request.path).
Response AnswerScheduler(const SchedulerApiSettings& settings, const Scheduler& scheduler,
                         const Request& request, TimePoint at);

}  // namespace cckm::simulator
