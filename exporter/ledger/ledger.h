// The memory of what was counted: every finished refresh once.
//
// A finished refresh is committed here before it has an effect on any counter or histogram, and has
// its effect only if it was not here before.  The key is target name, family and refresh id.
// Thread-safety: every method may be called from any thread.

#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/error.h"
#include "collectors/base/mutex.h"
#include "collectors/model/family.h"
#include "collectors/model/refresh.h"

namespace cckm {

class Ledger {
 public:
  virtual ~Ledger() = default;

  // Stores those of a collector's finished refreshes that are not stored yet, all or none.  Returns
  // for each, in order, whether it is new.  Fails with kInternal if nothing could be stored.
  [[nodiscard]] virtual Result<std::vector<bool>> Commit(
      std::string_view target, const Family& family, std::span<const Refresh* const> finished) = 0;
};

// A ledger that lives as long as the process.
class MemoryLedger final : public Ledger {
 public:
  Result<std::vector<bool>> Commit(std::string_view target, const Family& family,
                                   std::span<const Refresh* const> finished) override;

 private:
  struct Key {
    std::string target;
    std::string_view family;
    std::string refresh_id;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  Mutex mutex_;
  std::set<Key> stored_ CCKM_GUARDED_BY(mutex_);
};

}  // namespace cckm
