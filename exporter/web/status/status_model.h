// Everything that the status page and /api/v1/status tell, copied from the state at one moment:
// plain data, fit to be shown but not escaped.
//
// Made by TakeStatusSnapshot (status_snapshot.h).

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/model/refresh.h"
#include "collectors/model/refresh_schedule.h"
#include "exporter/config/links.h"
#include "exporter/expectations/expectation.h"
#include "exporter/history/history.h"
#include "exporter/state/state.h"

namespace cckm {

// The first of a list, what needs attention before everything else; and how long the list is.
template <typename Row>
struct Truncated {
  std::vector<Row> rows = {};
  std::size_t total = 0;

  std::size_t left_out() const { return total - rows.size(); }
};

inline constexpr std::size_t kMaxShownTargets = 500;
inline constexpr std::size_t kMaxShownDomains = 2'000;
inline constexpr std::size_t kMaxShownUnfinished = 2'000;
inline constexpr std::size_t kMaxShownFinished = 200;
inline constexpr std::size_t kMaxShownSchedules = 1'000;
inline constexpr std::size_t kMaxShownUnscheduled = 200;
inline constexpr std::size_t kMaxShownSubjects = 10;  // of one problem

using ShownError = Error;  // whose message has at most 200 characters

// State of a collector, or of all collectors of a target together.
// kAbsent: the appliance does not have the family, which is optional.
enum class Reachability : std::uint8_t { kDown, kPartlyDown, kWaiting, kUp, kAbsent };
inline constexpr std::array<std::string_view, 5> kReachabilityNames = {"down", "partly_down",
                                                                       "waiting", "up", "absent"};

struct ShownCollector {
  std::string_view cloud;
  Reachability reachability = Reachability::kWaiting;  // never kPartlyDown
  std::optional<WallTime> last_poll_at = {};
  std::optional<WallTime> last_success_at = {};
  std::optional<Nanoseconds> last_poll_duration = {};
  std::size_t refreshes = 0;
  std::size_t unanswered = 0;  // of these
  std::size_t domains = 0;
  bool discovers = false;
  bool is_truncated = false;  // the last discovery met more than max_refreshes
  std::size_t unlisted_domains = 0;
  std::size_t dropped_domains = 0;
  std::size_t unreadable_id_files = 0;
  std::optional<ShownError> last_error = {};
};

struct ShownExpectation {
  Expectation expectation;
  std::size_t domains = 0;  // for which it is the first that matches
};

// One of the addresses of a cluster.
struct ShownAddress {
  std::string url;
  bool is_in_use = false;
  std::optional<bool> is_up = {};  // none: it was not asked yet
};

// The appliance's scheduler.
struct ShownScheduler {
  bool up = false;                            // it could be read last time
  std::optional<WallTime> last_read_at = {};  // successfully, by its clock
  std::size_t schedules = 0;
  std::size_t missed = 0;  // of these
  std::optional<ShownError> last_error = {};
};

struct ShownTarget {
  std::string name;
  Reachability reachability = Reachability::kWaiting;
  bool is_authenticated = false;
  std::optional<WallTime> token_expires_at = {};
  std::optional<WallTime> certificate_expires_at = {};
  bool verifies_certificate = true;
  std::optional<Nanoseconds> clock_skew = {};  // its clock minus ours
  std::size_t dropped_series = 0;
  std::optional<ShownError> login_error = {};
  std::vector<ShownAddress> addresses = {};  // empty where there is but one
  std::vector<ShownCollector> collectors = {};
  std::optional<ShownScheduler> scheduler = {};     // none: it is not read
  std::vector<ShownExpectation> expectations = {};  // in the order of the configuration
};

struct ShownDomain {
  std::string_view cloud;
  std::string target;
  std::string id;
  std::string name;
  std::string connection;
  std::size_t status = 0;  // index of kDomainShownNames
  DomainResult last_result = DomainResult::kNone;
  std::string refresh_id;  // the newest; empty: none
  std::optional<WallTime> started_at = {};
  std::optional<Nanoseconds> running_for = {};  // none: it does not run
  std::optional<WallTime> last_success_at = {};
  std::optional<WallTime> last_finished_at = {};
  std::optional<Nanoseconds> last_duration = {};
  std::string detail;  // at most 200 characters
  std::optional<ExpectedInterval> expected = {};
  bool is_late = false;
};

struct ShownRefresh {
  std::string_view cloud;
  std::string target;
  std::string id;
  RefreshStatus status = RefreshStatus::kUnknown;
  // The appliance's own word where nobody knows it, at most 200 characters; else empty.
  std::string unknown_status = {};
  std::optional<WallTime> started_at = {};
  std::optional<WallTime> finished_at = {};
  std::optional<Nanoseconds> running_for = {};  // none: it does not run
  std::optional<Nanoseconds> duration = {};     // none: not finished, or not known
  std::size_t domains = 0;
  std::array<std::size_t, kDomainStatusNames.size()> domain_counts = {};
  bool is_unanswered = false;
};

struct ShownSchedule {
  std::string target;
  std::string_view cloud;  // empty: not known
  std::string id;
  std::string name;
  std::string run_at;
  bool is_readable = true;  // false: nobody can tell when it is due
  bool is_enabled = false;
  bool is_missed = false;
  RunStatus last_status = RunStatus::kNone;
  std::optional<WallTime> next_run_at = {};
  std::optional<WallTime> last_due_at = {};
  std::optional<WallTime> last_run_at = {};
  std::optional<Nanoseconds> interval = {};
};

// A domain that no enabled schedule covers.
struct ShownUnscheduled {
  std::string target;
  std::string_view cloud;
  std::string id;
  std::string name;
};

// How bad it is.  kNotice: worth knowing, and good all the same.
enum class Level : std::uint8_t { kGood, kNotice, kWaiting, kAttention, kTrouble };
inline constexpr std::array<std::string_view, 5> kLevelNames = {"good", "notice", "waiting",
                                                                "attention", "trouble"};

enum class ProblemKind : std::uint8_t {
  kLedgerNotWritable,
  kConfigurationNotReloaded,
  kLoginFailed,
  kNotAuthenticated,
  kCertificateNotVerified,
  kCertificateExpires,
  kClockDiffers,
  kDiscoveryTruncated,
  kSeriesDropped,
  kExpectationUnmatched,
};

// Who an problem is about.
struct ProblemSubject {
  std::string target;
  std::string_view cloud;  // empty: the whole target
  std::string note;        // a clause, may be empty
};

struct Problem {
  ProblemKind kind{};
  Truncated<ProblemSubject> subjects;  // empty: the exporter itself
};

// Domains by what is wrong with them, the worst first.  One whose newest finished refresh failed
// counts as failed while the next one runs, as with cckm_domain_refresh_last_result.  kLate: not
// refreshed as often as it must be, where somebody is to be told of that.
enum class DomainTrouble : std::uint8_t { kFailed, kUnknown, kCancelled, kNever, kLate, kNone };
inline constexpr std::array<std::string_view, 6> kDomainTroubleNames = {
    "failed", "unknown", "cancelled", "never", "late", "none"};

struct StatusCounts {
  std::array<std::size_t, kReachabilityNames.size()> targets = {};
  std::array<std::size_t, kDomainTroubleNames.size()> troubled_domains = {};
  std::array<std::size_t, kDomainShownNames.size()> domains = {};
  std::array<std::size_t, kRefreshStatusNames.size()> refreshes = {};

  std::size_t Of(Reachability state) const { return targets[static_cast<std::size_t>(state)]; }
  std::size_t Of(DomainTrouble trouble) const {
    return troubled_domains[static_cast<std::size_t>(trouble)];
  }
  std::size_t Of(RefreshStatus status) const { return refreshes[static_cast<std::size_t>(status)]; }
};

struct StatusModel {
  WallTime taken_at{};
  std::string version = {};
  bool config_ok = true;
  WallTime config_loaded_at{};
  bool ledger_writable = true;
  std::uint64_t ledger_failures = 0;
  StatusCounts counts = {};
  Links links = {};
  std::vector<Problem> problems = {};
  Truncated<ShownTarget> targets = {};
  Truncated<ShownDomain> domains = {};
  Truncated<ShownRefresh> unfinished = {};  // those that run, longest first, after those in trouble
  Truncated<ShownRefresh> finished = {};    // latest first
  bool reads_schedules = false;             // of some target
  Truncated<ShownSchedule> schedules = {};  // missed ones first, then those whose last run failed
  Truncated<ShownUnscheduled> unscheduled = {};
};

}  // namespace cckm
