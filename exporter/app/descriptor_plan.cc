#include "exporter/app/descriptor_plan.h"

#include <sys/resource.h>

#include <algorithm>

namespace cckm {
namespace {

// Standard streams, the ledger's files, and files that are read and closed again: at once as many
// as threads happen to be at it.
constexpr std::size_t kForFiles = 64;
// Accepted connections for which the web server has no thread yet, and those it turns away.
constexpr std::size_t kForAccepting = 32;
// With fewer, targets wait for each other's polls for long.
constexpr std::size_t kMinForPolling = 64;

}  // namespace

std::size_t RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) return raised.rlim_cur;
  return limit.rlim_cur;
}

DescriptorPlan PlanDescriptors(std::size_t limit, std::size_t max_connections,
                               std::size_t listen_addresses) {
  const std::size_t fixed = kForFiles + kForAccepting + listen_addresses;
  const std::size_t free = limit > fixed ? limit - fixed : 0;
  DescriptorPlan plan{.limit = limit, .web_connections = max_connections, .for_polling = 0};
  if (free < max_connections + kMinForPolling) {
    plan.web_connections = std::clamp<std::size_t>(free / 2, 1, max_connections);
  }
  plan.for_polling = free > plan.web_connections ? free - plan.web_connections : 0;
  return plan;
}

}  // namespace cckm
