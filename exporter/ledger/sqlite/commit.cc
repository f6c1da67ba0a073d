#include "exporter/ledger/sqlite/commit.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace cckm {

RefreshRow SqliteCommit::RowFor(const RefreshAnswer& answer, WallTime seen_at) {
  const Refresh& refresh = answer.refresh;
  RefreshRow row;
  row.refresh.id = refresh.id;
  row.refresh.status = refresh.status;
  row.refresh.created_at = refresh.created_at;
  row.refresh.completed_at = refresh.completed_at;
  row.finished_at = refresh.completed_at.value_or(now_);
  row.counts = answer.counts;
  row.left_out = answer.left_out.counts;
  for (const DomainRefresh& named : refresh.domains) {
    row.domains.push_back({Domain(named.domain_id, seen_at).id, named.status});
  }
  return row;
}

SqliteCommit::SqliteCommit(SqliteStore& store, std::string_view target, const Family& family,
                           WallTime now)
    : store_(store), now_(now), collector_(store.collectors.FindOrMake(target, family.name, now)) {}

// `seen_at` is when a new one is first seen.
DomainRow& SqliteCommit::Domain(std::string_view domain_id, WallTime seen_at) {
  const auto known = domains_.find(domain_id);
  if (known != domains_.end()) return known->second;
  DomainRow row = store_.domains.FindOrMake(collector_.id, domain_id, seen_at);
  return domains_.emplace(domain_id, std::move(row)).first->second;
}

void SqliteCommit::Take(const Refresh& refresh, WallTime seen_at,
                        std::optional<WallTime> counted_at) {
  TakeFinished(refresh, counted_at, collector_.durations,
               [&](std::size_t position) -> DomainHistory& {
                 return Domain(refresh.domains[position].domain_id, seen_at).history;
               });
}

bool SqliteCommit::Add(const RefreshAnswer& answer, const CommitTime& time) {
  const Refresh& refresh = answer.refresh;
  if (store_.refreshes.Knows(collector_.id, refresh.id)) {
    Correct(answer, time.now);
    return false;
  }
  const RefreshRow row = RowFor(answer, time.now);
  Take(refresh, time.now, answer.counts ? std::optional(time.now) : std::nullopt);
  store_.refreshes.Store(collector_.id, row);
  collector_.clock_ahead = std::max(time.clock_ahead, Nanoseconds::zero());
  ++stored_;
  return answer.counts;
}

// A refresh that ended otherwise than it was stored is shown so after a restart, too.  What it
// counted stays.
void SqliteCommit::Correct(const RefreshAnswer& answer, WallTime seen_at) {
  const auto held = store_.refreshes.Find(collector_.id, answer.refresh.id);
  if (!held) return;  // forgotten
  RefreshRow row = RowFor(answer, seen_at);
  if (row.SaysTheSameAs(*held)) return;
  row.counts = held->counts;
  Take(answer.refresh, seen_at, std::nullopt);
  store_.refreshes.Store(collector_.id, row);
  is_changed_ = true;
}

void SqliteCommit::Meet(const MetDomain& met) {
  DomainHistory& history = Domain(met.domain_id, met.first_seen_at).history;
  history.first_seen_at = std::min(history.first_seen_at, std::optional(met.first_seen_at));
  history.was_listed = history.was_listed || met.was_listed;
  is_changed_ = true;
}

void SqliteCommit::TellTouched(SqliteDomainSweep& sweep) const {
  for (const auto& [domain_id, domain] : domains_) sweep.Keep(domain.id);
}

void SqliteCommit::Finish() {
  if (stored_ == 0 && !is_changed_) return;
  store_.collectors.Store(collector_);
  for (const auto& [domain_id, domain] : domains_) store_.domains.Store(collector_.id, domain);
}

}  // namespace cckm
