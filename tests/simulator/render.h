// The simulated appliance's state as the JSON that the documentation shows.
//
// Thread-safety: pure functions, from any thread.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/refresh.h"

namespace cckm::simulator {

// Where in the skip/limit envelope a page lies; `limit` is -1 for everything.
struct Envelope {
  std::uint64_t skip = 0;
  std::int64_t limit = 10;
  std::size_t total = 0;
};

// The word of `overall_status`.
std::string_view OverallStatus(const Family& family, const Refresh& refresh, TimePoint now);

// One job; under "application/json" with `wrapped`.  An object that was just created shows
// nanoseconds, one that was read back microseconds (external CM: always nanoseconds).
enum class Freshness { kJustCreated, kReadBack };
std::string RenderRefresh(const Family& family, const Refresh& refresh, TimePoint now,
                          Freshness freshness, bool wrapped);

std::string RenderRefreshList(const Family& family, const Envelope& envelope,
                              const std::vector<RefreshPtr>& page, TimePoint now);

// REQUIRES: the family has a list of units.
std::string RenderUnitList(const Family& family, const Envelope& envelope,
                           const std::vector<UnitPtr>& page);

}  // namespace cckm::simulator
