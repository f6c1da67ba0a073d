#include "exporter/ledger/ledger.h"

namespace cckm {

Result<void> MemoryLedger::Commit(std::string_view target, const Family& family,
                                  const CommitTime& /*time*/, std::span<RefreshAnswer> answers) {
  const MutexLock lock(mutex_);
  for (RefreshAnswer& answer : answers) {
    const bool is_new =
        answer.is_final &&
        stored_.insert({std::string(target), family.name, answer.refresh.id}).second;
    answer.is_counted_now = is_new && answer.counts;
  }
  return {};
}

Result<void> MemoryLedger::SetBaseline(std::string_view target, const Family& family,
                                       WallTime baseline) {
  const MutexLock lock(mutex_);
  baselines_.try_emplace({std::string(target), family.name}, baseline);
  return {};
}

tl::expected<CollectorMemory, LedgerFailure> MemoryLedger::Restore(
    std::string_view target, const Family& family, const WantedRefreshes& /*wanted*/) const {
  const MutexLock lock(mutex_);
  const auto baseline = baselines_.find({std::string(target), family.name});
  return CollectorMemory{
      .durations = EmptyRefreshDurations(bounds_),
      .baseline = baseline == baselines_.end() ? std::nullopt : std::optional(baseline->second)};
}

}  // namespace cckm
