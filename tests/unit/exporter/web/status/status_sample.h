// A status with one of everything, for tests of what is made of it.

#pragma once

#include <chrono>
#include <string>

#include "exporter/web/status/status_problems.h"
#include "tests/support/fakes/fake_clock.h"

namespace cckm {

inline ShownTarget SampleTarget() {
  using namespace std::chrono_literals;
  constexpr WallTime kNow = FakeClock::kStart;
  ShownTarget target{.name = "cm-prod",
                     .reachability = Reachability::kPartlyDown,
                     .is_authenticated = true,
                     .token_expires_at = kNow + 5min,
                     .certificate_expires_at = kNow + 24h * 90,
                     .clock_skew = 45s,
                     .dropped_series = 12};
  target.collectors.push_back({.cloud = "dsm",
                               .reachability = Reachability::kUp,
                               .last_poll_at = kNow - 2s,
                               .last_success_at = kNow - 2s,
                               .last_poll_duration = 250ms,
                               .refreshes = 3,
                               .unanswered = 1,
                               .domains = 2});
  target.collectors.push_back({.cloud = "aws",
                               .reachability = Reachability::kDown,
                               .last_poll_at = kNow - 2s,
                               .discovers = true,
                               .is_truncated = true,
                               .last_error = ShownError{ErrorKind::kForbidden, "answered 403"}});
  return target;
}

inline void AddSampleRows(StatusModel& model) {
  using namespace std::chrono_literals;
  constexpr WallTime kNow = FakeClock::kStart;
  model.domains.rows.push_back({.cloud = "dsm",
                                .target = "cm-prod",
                                .id = "d-1",
                                .name = "payments",
                                .connection = "dsm-a",
                                .status = 0,
                                .last_result = DomainResult::kFailed,
                                .refresh_id = "r2",
                                .started_at = kNow - 90s,
                                .running_for = 90s,
                                .last_success_at = kNow - 49h,
                                .last_finished_at = kNow - 1h,
                                .last_duration = 12s,
                                .detail = "reading keys"});
  model.domains.rows.push_back({.cloud = "dsm",
                                .target = "cm-prod",
                                .id = "d-2",
                                .name = {},
                                .connection = {},
                                .status = 5,
                                .refresh_id = {},
                                .detail = {}});
  model.unfinished.rows.push_back({.cloud = "dsm",
                                   .target = "cm-prod",
                                   .id = "r2",
                                   .status = RefreshStatus::kInProgress,
                                   .started_at = kNow - 90s,
                                   .running_for = 90s,
                                   .domains = 1,
                                   .domain_counts = {1, 0, 0, 0, 0},
                                   .is_unanswered = true});
  model.finished.rows.push_back({.cloud = "dsm",
                                 .target = "cm-prod",
                                 .id = "r1",
                                 .status = RefreshStatus::kPartial,
                                 .started_at = kNow - 1h,
                                 .finished_at = kNow - 1h + 12s,
                                 .duration = 12s,
                                 .domains = 3,
                                 .domain_counts = {0, 2, 1, 0, 0}});
  model.domains.total = 1'002;
  model.unfinished.total = model.finished.total = 1;
}

inline StatusModel SampleStatus() {
  StatusModel model{.taken_at = FakeClock::kStart,
                    .version = "1.2.3",
                    .config_loaded_at = FakeClock::kStart - std::chrono::hours(1)};
  model.targets = {{SampleTarget()}, 1};
  AddSampleRows(model);
  model.counts.targets = {0, 1, 0, 0};
  model.counts.troubled_domains = {1, 0, 0, 1, 0, 1'000};
  model.counts.domains = {1, 1'000, 0, 0, 0, 1};
  model.counts.refreshes = {1, 0, 1, 0, 0, 0, 0};
  model.problems = FindProblems(model);
  return model;
}

}  // namespace cckm
