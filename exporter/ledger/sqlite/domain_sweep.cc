#include "exporter/ledger/sqlite/domain_sweep.h"

#include <chrono>
#include <cstddef>

#include "exporter/ledger/ledger.h"
#include "exporter/ledger/sqlite/store.h"

namespace cckm {
namespace {

constexpr std::chrono::hours kInterval{24};
// Refreshes, and domains that they name: reading so many takes well under a second.
constexpr std::size_t kReadAtOnce = 100'000;
constexpr std::size_t kTakenOutAtOnce = 2'000;

}  // namespace

std::vector<std::string> SqliteDomainSweep::GoOn(
    SqliteStore& store, std::int64_t collector, WallTime now,
    const std::function<bool(std::string_view)>& is_unneeded) {
  if (!is_under_way_) {
    if (!IsDue(now)) return {};
    Begin(now);
  }
  if (!has_read_all_) ReadOn(store, collector);
  if (!has_read_all_) return {};
  std::vector<std::string> taken = TakeOut(store, collector, now - kAlwaysKept, is_unneeded);
  is_under_way_ = taken.size() == kTakenOutAtOnce;
  return taken;
}

// A clock that was set back makes it due.
bool SqliteDomainSweep::IsDue(WallTime now) const {
  return !begun_at_ || now < *begun_at_ || now - *begun_at_ >= kInterval;
}

void SqliteDomainSweep::Begin(WallTime now) {
  begun_at_ = now;
  is_under_way_ = true;
  read_to_.clear();
  has_read_all_ = false;
  kept_.clear();
}

void SqliteDomainSweep::ReadOn(SqliteStore& store, std::int64_t collector) {
  std::size_t read = 0;
  const std::string begin = read_to_;
  has_read_all_ = store.refreshes.ForEachAfter(collector, begin, [&](const RefreshRow& row) {
    for (const StoredDomain& named : row.domains) kept_.insert(named.domain);
    read_to_ = row.refresh.id;
    read += 1 + row.domains.size();
    return read < kReadAtOnce;
  });
}

std::vector<std::string> SqliteDomainSweep::TakeOut(
    SqliteStore& store, std::int64_t collector, WallTime known_before,
    const std::function<bool(std::string_view)>& is_unneeded) const {
  std::vector<std::string> ids;
  store.domains.ForEachKnownBefore(collector, known_before, [&](const DomainRow& row) {
    const bool may_go = ids.size() < kTakenOutAtOnce && !kept_.contains(row.id);
    if (may_go && is_unneeded(row.domain_id)) ids.push_back(row.domain_id);
  });
  for (const std::string& id : ids) store.domains.Remove(collector, id);
  return ids;
}

}  // namespace cckm
