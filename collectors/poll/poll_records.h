// What poll_update.h and schedule_update.h have in common: requests, faults, and what is known of
// the appliance as a whole.
//
// Plain data.  Made by Poller, Collector and ScheduleReader, read by a PollListener.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/http/http_client.h"
#include "collectors/session/token_source.h"

namespace cckm {

// The label `endpoint` of the metrics about requests.
enum class Endpoint : std::uint8_t {
  kToken,
  kRefresh,
  kRefreshList,
  kDomainList,
  kScheduleList,
  kScheduleRunList
};
inline constexpr std::array<std::string_view, 6> kEndpointNames = {
    "token", "refresh", "refresh_list", "domain_list", "schedule_list", "schedule_run_list"};

// One request that was answered or given up.
struct RequestRecord {
  Endpoint endpoint = Endpoint::kRefresh;
  long status = 0;  // 0: no answer
  Nanoseconds duration{};
};

// How many faults of each kind, indexed by ErrorKind.
using ErrorCounts = std::array<std::uint32_t, kErrorKindNames.size()>;

// What is known of the appliance as a whole.
struct TargetObservation {
  TokenState token = {};
  std::optional<Nanoseconds> clock_skew = {};                  // its Date header minus our clock
  std::optional<WallTime> certificate_expires_at = {};         // of the one it presented last
  std::optional<WallTime> client_certificate_expires_at = {};  // of the exporter's own
  std::vector<AddressState> addresses = {};                    // empty where there is but one
};

}  // namespace cckm
