#include "exporter/ledger/sqlite/future.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/ledger/sqlite/statement.h"

namespace cckm {
namespace {

// So far may the clocks of an appliance and of this host be apart.
constexpr std::chrono::minutes kTolerance{5};

constexpr std::string_view kDomainSql =
    "SELECT 1 FROM domain WHERE collector = ?1 AND (newest_created_at > ?2 OR completed_at > ?2 "
    "OR last_success_at > ?2 OR first_seen_at > ?2) LIMIT 1";
constexpr std::string_view kRefreshSql =
    "SELECT 1 FROM refresh WHERE collector = ?1 AND (created_at > ?2 OR "
    "finished_at > ?2) LIMIT 1";

// The time of our own clock when the first collector was met; none in a new ledger.
std::optional<WallTime> FirstCollectorMetAt(SqliteConnection& connection) {
  SqliteStatement statement(connection, "SELECT min(created_at) FROM collector");
  SqliteRun run = statement.Start();
  return run.Next() ? run.OptionalTime(0) : std::nullopt;
}

class FutureOfCollector {
 public:
  FutureOfCollector(std::vector<DomainRow> domains, WallTime now, WallTime latest)
      : now_(now), latest_(latest), domains_(std::move(domains)) {
    for (std::size_t i = 0; i < domains_.size(); ++i) places_.emplace(domains_[i].id, i);
  }

  // Notes a refresh that is held; corrected where it has such times.
  void Take(const RefreshRow& row) {
    RefreshRow corrected = row;
    Unset(corrected.refresh.created_at);
    Unset(corrected.refresh.completed_at);
    if (IsFuture(corrected.finished_at)) corrected.finished_at = now_;
    if (corrected.SaysTheSameAs(row) && corrected.finished_at == row.finished_at) return;
    for (const StoredDomain& named : row.domains) touched_.insert(named.domain);
    changed_.push_back(std::move(corrected));
  }

  // To be called after all of them: forgets what hung on such a time.
  void Clear() {
    for (DomainRow& domain : domains_) {
      DomainHistory& history = domain.history;
      const bool hangs_on_it =
          history.newest_finished && IsFuture(history.newest_finished->order.created_at);
      if (hangs_on_it || IsFuture(history.completed_at()) || IsFuture(history.last_success_at)) {
        touched_.insert(domain.id);
      }
      if (IsFuture(history.first_seen_at)) history.first_seen_at = now_;
      if (!touched_.contains(domain.id)) continue;
      history.newest_finished.reset();
      history.last_result = DomainResult::kNone;
      Unset(history.last_success_at);
      history.failures = {};
    }
  }

  // To be called with every refresh once more, as it is held now.
  void Reconsider(const RefreshRow& row) {
    for (const StoredDomain& named : row.domains) {
      if (!touched_.contains(named.domain)) continue;
      const auto place = places_.find(named.domain);
      if (place == places_.end()) continue;
      domains_[place->second].history.Consider(row.refresh, named.status);
    }
  }

  const std::vector<RefreshRow>& changed() const { return changed_; }
  std::vector<DomainRow>& domains() { return domains_; }

 private:
  bool IsFuture(const std::optional<WallTime>& time) const { return time && *time > latest_; }
  void Unset(std::optional<WallTime>& time) const {
    if (IsFuture(time)) time.reset();
  }

  const WallTime now_;
  const WallTime latest_;  // what is later has not come yet
  std::vector<DomainRow> domains_;
  std::map<std::int64_t, std::size_t> places_;  // in domains_, by the domain's id
  std::vector<RefreshRow> changed_;
  std::set<std::int64_t> touched_;
};

void CorrectCollector(SqliteStore& store, std::int64_t collector, WallTime now, WallTime latest) {
  FutureOfCollector future(store.domains.All(collector), now, latest);
  store.refreshes.ForEach(collector, [&](const RefreshRow& row) { future.Take(row); });
  for (const RefreshRow& row : future.changed()) store.refreshes.Store(collector, row);
  future.Clear();
  store.refreshes.ForEach(collector, [&](const RefreshRow& row) { future.Reconsider(row); });
  for (const DomainRow& row : future.domains()) store.domains.Store(collector, row);
}

}  // namespace

void CorrectFuture(SqliteStore& store, WallTime now) {
  const auto met_at = FirstCollectorMetAt(*store.connection);
  if (!met_at || now < *met_at) return;
  SqliteStatement domain(*store.connection, kDomainSql);
  SqliteStatement refresh(*store.connection, kRefreshSql);
  for (CollectorRow& collector : store.collectors.All()) {
    const WallTime latest = now + collector.clock_ahead + kTolerance;
    if (collector.baseline && *collector.baseline > latest) {
      collector.baseline = now;
      store.collectors.Store(collector);
    }
    const bool is_affected =
        domain.Start(collector.id, latest).Next() || refresh.Start(collector.id, latest).Next();
    if (is_affected) CorrectCollector(store, collector.id, now, latest);
  }
}

}  // namespace cckm
