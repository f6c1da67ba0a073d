#include "exporter/ledger/sqlite/restore.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace cckm {
namespace {

class Restorer {
 public:
  Restorer(SqliteStore& store, std::int64_t collector)
      : store_(store), collector_(collector), domains_(store.domains.All(collector)) {
    for (const DomainRow& domain : domains_) domain_ids_.emplace(domain.id, domain.domain_id);
  }

  // Those that are wanted, by id.
  void ReadRefreshes(const WantedRefreshes& wanted) {
    if (wanted.finished_since) {
      for (RefreshRow& row : store_.refreshes.FinishedSince(collector_, *wanted.finished_since)) {
        Add(std::move(row));
      }
    }
    for (const std::string& id : wanted.refresh_ids) Read(id);
    for (const DomainRow& domain : domains_) {
      if (domain.history.newest_finished) Read(domain.history.newest_finished->order.refresh_id);
    }
  }

  void TakeRefreshes(CollectorMemory& memory) {
    std::vector<RefreshRow> rows;
    for (auto& [id, row] : rows_) rows.push_back(std::move(row));
    std::ranges::stable_sort(rows, {}, &RefreshRow::finished_at);
    memory.refreshes.reserve(rows.size());
    for (RefreshRow& row : rows) {
      memory.refreshes.push_back({.kind = RefreshAnswer::Kind::kRefresh,
                                  .refresh = std::move(row.refresh),
                                  .is_final = true,
                                  .counts = row.counts,
                                  .left_out = {.counts = row.left_out, .marks = {}}});
    }
  }

  std::vector<std::pair<std::string, DomainHistory>> TakeDomains() {
    std::vector<std::pair<std::string, DomainHistory>> taken;
    taken.reserve(domains_.size());
    for (DomainRow& domain : domains_) {
      taken.emplace_back(std::move(domain.domain_id), std::move(domain.history));
    }
    return taken;
  }

 private:
  void Read(const std::string& refresh_id) {
    if (rows_.contains(refresh_id)) return;
    if (auto row = store_.refreshes.Find(collector_, refresh_id)) Add(std::move(*row));
  }

  void Add(RefreshRow row) {
    for (const StoredDomain& stored : row.domains) {
      const auto known = domain_ids_.find(stored.domain);
      if (known == domain_ids_.end()) {
        return store_.connection->FailAsCorrupt("a refresh names a domain that is not stored");
      }
      row.refresh.domains.push_back(
          {.domain_id = known->second, .status = stored.status, .detail = {}});
    }
    std::string id = row.refresh.id;
    rows_.emplace(std::move(id), std::move(row));
  }

  SqliteStore& store_;
  const std::int64_t collector_;
  std::vector<DomainRow> domains_;
  std::map<std::int64_t, std::string> domain_ids_;
  std::map<std::string, RefreshRow> rows_;
};

}  // namespace

CollectorMemory RestoreCollector(SqliteStore& store, std::string_view target, const Family& family,
                                 const WantedRefreshes& wanted) {
  CollectorMemory memory{.durations = EmptyRefreshDurations(store.bounds)};
  auto collector = store.collectors.Find(target, family.name);
  if (!collector) return memory;
  memory.durations = std::move(collector->durations);
  memory.baseline = collector->baseline;
  Restorer restorer(store, collector->id);
  restorer.ReadRefreshes(wanted);
  restorer.TakeRefreshes(memory);
  memory.domains = restorer.TakeDomains();
  return memory;
}

}  // namespace cckm
