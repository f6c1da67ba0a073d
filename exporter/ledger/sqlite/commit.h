// Works one commit of the ledger into its tables.  For SqliteLedger, within a transaction.
//
// Each domain and the collector are read and written once, however many refreshes touch them.
// Thread-safety: as the connection.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/base/clock.h"
#include "exporter/ledger/ledger.h"
#include "exporter/ledger/sqlite/domain_sweep.h"
#include "exporter/ledger/sqlite/store.h"

namespace cckm {

class SqliteCommit {
 public:
  SqliteCommit(SqliteStore& store, std::string_view target, const Family& family, WallTime now);

  // Stores the refresh of a final answer if it is not known, or corrects what is held of it;
  // returns whether it was stored now and counts.
  bool Add(const RefreshAnswer& answer, const CommitTime& time);

  // Stores that a domain is known.
  void Meet(const MetDomain& met);

  // To be called after the last one: stores what they changed.
  void Finish();

  std::int64_t stored() const { return stored_; }
  std::int64_t collector() const { return collector_.id; }
  // Has `sweep` keep the domains that were touched.
  void TellTouched(SqliteDomainSweep& sweep) const;

 private:
  DomainRow& Domain(std::string_view domain_id, WallTime seen_at);
  RefreshRow RowFor(const RefreshAnswer& answer, WallTime seen_at);
  void Take(const Refresh& refresh, WallTime seen_at, std::optional<WallTime> counted_at);
  void Correct(const RefreshAnswer& answer, WallTime seen_at);

  SqliteStore& store_;
  const WallTime now_;
  CollectorRow collector_;
  std::map<std::string, DomainRow, std::less<>> domains_;  // those that were touched
  std::int64_t stored_ = 0;
  bool is_changed_ = false;  // of what was stored before
};

}  // namespace cckm
