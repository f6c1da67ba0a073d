// The durable ledger: one SQLite file in a folder that belongs to one process at a time.
//
// Thread-safety: every method may be called from any thread; one lock covers them all.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/mutex.h"
#include "exporter/ledger/ledger.h"
#include "exporter/ledger/sqlite/domain_sweep.h"

namespace cckm {

class SqliteCommit;
struct SqliteStore;

struct SqliteLedgerOptions {
  // Of all collectors: only beyond may Forget() let go.
  std::int64_t max_refreshes = std::numeric_limits<std::int64_t>::max();
  int checkpoint_pages = 1'000;  // so much is written ahead (4 KiB each) before it is moved into
                                 // the file
};

class SqliteLedger final : public Ledger {
 public:
  // Opens the ledger in `folder`, or begins one where there is none or only an empty file.  The
  // folder is made if it is missing; an existing one keeps its mode, the files in it have 0600.
  // The file is checked as a whole, see verify.h; one of an older version is brought up to
  // date.  What it holds of times that have not come yet is corrected.  If the bucket
  // bounds are not those it was kept with, its histograms are made anew from the refreshes it
  // holds.  `bounds` and `clock` outlive it.
  static tl::expected<std::unique_ptr<SqliteLedger>, LedgerOpenFailure> Open(
      const std::filesystem::path& folder, const BucketBounds& bounds,
      const SqliteLedgerOptions& options, const Clock& clock);
  ~SqliteLedger() override;

  Result<void> Commit(std::string_view target, const Family& family, const CommitTime& time,
                      std::span<RefreshAnswer> answers) override;
  Result<void> Meet(std::string_view target, const Family& family,
                    std::span<const MetDomain> met) override;
  Result<void> SetBaseline(std::string_view target, const Family& family,
                           WallTime baseline) override;
  // A refresh without a completion time counts as finished when it was stored.
  tl::expected<CollectorMemory, LedgerFailure> Restore(
      std::string_view target, const Family& family, const WantedRefreshes& wanted) const override;
  // Lets go of some thousands at a time.  `unneeded` must not call the ledger.
  Result<void> Forget(std::string_view target, const Family& family, WallTime now,
                      const Unneeded& unneeded) override;
  // Looks through the refreshes of a collector once a day, some thousands in each call.
  Result<std::vector<std::string>> ForgetDomains(
      std::string_view target, const Family& family, WallTime now,
      const std::function<bool(std::string_view domain_id)>& is_unneeded) override;

 private:
  SqliteLedger(std::unique_ptr<SqliteStore> store, const SqliteLedgerOptions& options,
               const Clock& clock);

  void Spare(const SqliteCommit& commit) CCKM_REQUIRES(mutex_);

  const SqliteLedgerOptions options_;
  const Clock& clock_;
  mutable Mutex mutex_;
  const std::unique_ptr<SqliteStore> store_ CCKM_GUARDED_BY(mutex_);
  std::int64_t refreshes_held_ CCKM_GUARDED_BY(mutex_);
  std::map<std::int64_t, SqliteDomainSweep> sweeps_ CCKM_GUARDED_BY(mutex_);  // by the collector
};

}  // namespace cckm
