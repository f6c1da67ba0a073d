#include "exporter/ledger/sqlite_commit.h"

#include <utility>

namespace cckm {
namespace {

RefreshRow RowFor(const FinishedRefresh& finished, WallTime now) {
  RefreshRow row;
  row.refresh.id = finished.refresh->id;
  row.refresh.status = finished.refresh->status;
  row.refresh.created_at = finished.refresh->created_at;
  row.refresh.completed_at = finished.refresh->completed_at;
  row.finished_at = finished.refresh->completed_at.value_or(now);
  row.counts = finished.counts;
  return row;
}

}  // namespace

SqliteCommit::SqliteCommit(SqliteStore& store, std::string_view target, const Family& family,
                           WallTime now)
    : store_(store), now_(now), collector_(store.collectors.FindOrMake(target, family.name, now)) {}

DomainRow& SqliteCommit::Domain(std::string_view domain_id) {
  const auto known = domains_.find(domain_id);
  if (known != domains_.end()) return known->second;
  DomainRow row = store_.domains.FindOrMake(collector_.id, domain_id, now_);
  return domains_.emplace(domain_id, std::move(row)).first->second;
}

bool SqliteCommit::Add(const FinishedRefresh& finished) {
  const Refresh& refresh = *finished.refresh;
  if (!IsFinished(refresh.status)) return false;
  if (store_.refreshes.Knows(collector_.id, refresh.id)) return false;
  RefreshRow row = RowFor(finished, now_);
  for (const DomainRefresh& named : refresh.domains) {
    DomainRow& domain = Domain(named.domain_id);
    domain.history.Consider(refresh, named.status);
    if (finished.counts) domain.history.Count(refresh, named.status, finished.counted_at);
    row.domains.push_back({domain.id, named.status});
  }
  if (finished.counts) Count(refresh, collector_.durations, finished.counted_at);
  store_.refreshes.Insert(collector_.id, row);
  ++stored_;
  return finished.counts;
}

void SqliteCommit::Finish() {
  if (stored_ == 0) return;
  store_.collectors.Store(collector_);
  for (const auto& [domain_id, domain] : domains_) store_.domains.Store(collector_.id, domain);
}

}  // namespace cckm
