// How many file descriptors the process may have open, and who may use how many of them.
//
// Thread-safety: RaiseDescriptorLimit() belongs to the main thread before any other starts; the
// rest is pure.

#pragma once

#include <cstddef>

namespace cckm {

// Raises the soft limit of open descriptors (RLIMIT_NOFILE) to the hard one, which select() alone
// would forbid, and nobody here uses.  Returns the limit then in force.
std::size_t RaiseDescriptorLimit();

struct DescriptorPlan {
  std::size_t limit = 0;            // of the process
  std::size_t web_connections = 0;  // at most as many as asked for
  std::size_t for_polling = 0;      // what the clients of all targets share
};

// The web server's connections come first, then files; polling gets the rest.  Where the limit is
// so low that polling would get nearly nothing, half of it goes to each.
DescriptorPlan PlanDescriptors(std::size_t limit, std::size_t max_connections,
                               std::size_t listen_addresses);

}  // namespace cckm
