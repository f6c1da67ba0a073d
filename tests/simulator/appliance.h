// What the simulated appliance consists of, behind its API and the requests that tests control it
// by.
//
// Thread-safety: that of the parts, which may all be used from any thread.

#pragma once

#include <atomic>
#include <chrono>

#include "tests/simulator/accounts.h"
#include "tests/simulator/faults.h"
#include "tests/simulator/journal.h"
#include "tests/simulator/nodes.h"
#include "tests/simulator/tenancy.h"
#include "tests/simulator/tokens.h"

namespace cckm::simulator {

// Waited before every answer of the API.
using Latency = std::atomic<std::chrono::nanoseconds>;
inline constexpr std::chrono::nanoseconds kMaxLatency = std::chrono::seconds(60);

struct Appliance {
  Tenancies tenancies;
  Nodes nodes;
  Tokens tokens;
  Accounts accounts;
  Faults faults;
  Journal journal{};
  Latency latency{std::chrono::nanoseconds(0)};
};

}  // namespace cckm::simulator
