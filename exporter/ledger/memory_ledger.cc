#include "exporter/ledger/ledger.h"

namespace cckm {

Result<std::vector<bool>> MemoryLedger::Commit(std::string_view target, const Family& family,
                                               std::span<const Refresh* const> finished) {
  const MutexLock lock(mutex_);
  std::vector<bool> is_new;
  is_new.reserve(finished.size());
  for (const Refresh* refresh : finished) {
    is_new.push_back(stored_.insert({std::string(target), family.name, refresh->id}).second);
  }
  return is_new;
}

}  // namespace cckm
