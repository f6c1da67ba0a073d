// The answer of /api/v1/status.
//
// One object.  Its shape is a promise: members are added, never renamed or removed.
//   Times are RFC 3339 in UTC, lengths of time are seconds as a number and named so; what is not
//   known is null.  Enumerations are the strings of the metrics' labels.  A list is
//   {"total", "left_out", "items"}: what needs attention first, at most as many items as
//   status_model.h says.  Free text of the appliance is cut to 200 characters.
//
//   version, time
//   verdict                {level, sentence}; level: good, waiting, attention, trouble
//   exporter               {configuration_loaded, configuration_loaded_at, ledger_writable,
//                          ledger_write_failures}
//   counts                 {targets, domains, troubled_domains, refreshes}: state to number, every
//                          state present; troubled_domains: failed, unknown, cancelled, never,
//                          late, none, a domain whose last result is failed counting as failed
//                          while it runs
//   links                  array of {name, url}, as configured, with their placeholders
//   alerts                 what is wrong, besides domains: array of {kind, level, sentence, advice,
//                          subjects}; level: notice, attention, trouble; subjects: a list of
//                          {target, cloud, note}
//   targets                list of {name, state, authenticated, token_expires_at,
//                          certificate_verified, certificate_expires_at, clock_skew_seconds,
//                          dropped_series, login_error, collectors, expectations}; state: up,
//                          down, partly_down, waiting; expectations: array of {match: {cloud,
//                          domain, connection}, refreshed_every_seconds, severity, domains}: a
//                          pattern that is not given is null, domains are those for which it is
//                          the first that matches; collectors: array of {cloud, state,
//                          last_poll_at, last_success_at, last_poll_duration_seconds, refreshes,
//                          unanswered_refreshes, domains, discovers, discovery_truncated,
//                          last_error}; an error: {reason, message, advice}
//   domains                list of {target, cloud, domain_id, domain, connection, status,
//                          last_result, refresh_id, started_at, running_seconds, last_success_at,
//                          last_success_age_seconds, last_finished_at, last_duration_seconds,
//                          detail, expected}; expected: {interval_seconds, severity, late,
//                          source}; source: expectations[0] and so on, or its schedule
//   schedules              where schedules are read: list of {target, cloud, schedule_id, schedule,
//                          run_at, readable, enabled, missed, next_run_at, last_due_at,
//                          last_run_at, last_run_status, interval_seconds}; a target has then
//                          scheduler: {up, last_read_at, schedules, missed, last_error}
//   unscheduled_domains    the same: list of {target, cloud, domain_id, domain} of domains that no
//                          enabled schedule covers
//   unfinished_refreshes,  lists of {target, cloud, refresh_id, status, unknown_status, started_at,
//   finished_refreshes     finished_at, running_seconds, duration_seconds, unanswered, domains};
//                          unknown_status: the appliance's word where nobody knows it; domains:
//                          state to number
//
// Thread-safety: pure function.

#pragma once

#include <string>

#include "exporter/web/status/status_model.h"

namespace cckm {

std::string StatusJson(const StatusModel& model);

}  // namespace cckm
