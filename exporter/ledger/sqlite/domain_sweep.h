// Looks for the domains of a collector that no refresh held names, and takes them out.  For
// SqliteLedger, within its transactions.
//
// There may be a million refreshes, and others wait for the ledger meanwhile: each call reads a
// part of them.  What is touched in between stays. Thread-safety: as the connection.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"

namespace cckm {

struct SqliteStore;

class SqliteDomainSweep {
 public:
  // Goes on, or begins anew a day after it began last.  Once every refresh was read, takes out
  // domains as Ledger::ForgetDomains() says, some thousands in each call, and returns their ids.
  std::vector<std::string> GoOn(SqliteStore& store, std::int64_t collector, WallTime now,
                                const std::function<bool(std::string_view)>& is_unneeded);

  // A domain of the collector was touched.
  void Keep(std::int64_t domain) { kept_.insert(domain); }

 private:
  bool IsDue(WallTime now) const;
  void Begin(WallTime now);
  void ReadOn(SqliteStore& store, std::int64_t collector);
  std::vector<std::string> TakeOut(SqliteStore& store, std::int64_t collector,
                                   WallTime known_before,
                                   const std::function<bool(std::string_view)>& is_unneeded) const;

  std::optional<WallTime> begun_at_;
  bool is_under_way_ = false;
  std::string read_to_;  // the id of the refresh that was read last
  bool has_read_all_ = false;
  std::set<std::int64_t> kept_;  // the ids of domains that were named or touched since it began
};

}  // namespace cckm
