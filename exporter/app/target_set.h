// The targets that are polled right now, and how they come, change and go.
//
// A target whose configuration did not change, but for its expectations, goes on undisturbed; one
// that changed starts anew and keeps what it counted.
//
// Thread-safety: one thread at a time.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "exporter/app/start_failure.h"
#include "exporter/app/target_runtime.h"
#include "exporter/config/config.h"
#include "exporter/config/refresh_id_files.h"
#include "exporter/ledger/ledger.h"
#include "exporter/metrics/self_metrics.h"
#include "exporter/state/state_store.h"

namespace cckm {

class TargetSet {
 public:
  struct Parts {
    StateStore& state;
    SelfMetrics& self_metrics;
    const Ledger& ledger;
    TargetRuntime::Parts runtime;
  };

  // The parts outlive this.
  explicit TargetSet(const Parts& parts) : parts_(parts) {}
  ~TargetSet();
  TargetSet(const TargetSet&) = delete;
  TargetSet& operator=(const TargetSet&) = delete;

  // Makes these the targets, wholly or not at all: all that new and changed ones need is there
  // before anything of the former ones goes.  They are polled if Start() was called before.
  tl::expected<void, StartFailure> Apply(std::vector<TargetConfig> configs);

  // The configurations of the targets, in the order in which they were given.
  std::vector<TargetConfig> Configs() const;

  void Start();
  // Polls each target once.
  void PollOnce();

  // Reads the files of refresh IDs that changed.  True if there were any.
  bool LookAtIdFiles();

  // Makes every poller look at once whether there is something to do.
  void Wake();
  // How many steps each poller has made, by the name of its target.
  std::map<std::string, std::uint64_t> Steps() const;
  // Asks every thread to end, without waiting for it.
  void RequestStop();

 private:
  struct Entry {
    TargetConfig config;
    std::vector<WatchedRefreshIds> refresh_ids;  // as config.collectors
    std::unique_ptr<TargetRuntime> runtime;
  };

  // What Apply() makes of one target before anything changes.
  struct Prepared {
    std::string name;
    std::optional<Entry> entry;  // none: the target goes on as it is
    TargetSetup setup;
    std::vector<Expectation> expectations = {};  // of a target that goes on
  };

  using PreparedResult = tl::expected<Prepared, StartFailure>;
  PreparedResult Prepare(TargetConfig config) const;
  PreparedResult SetUp(TargetConfig config) const;
  void Swap(std::vector<Prepared> prepared);
  void Remove(Entry& entry);
  void Keep(Entry entry, std::vector<Expectation> expectations);
  void Activate(Prepared prepared);
  std::vector<WatchedRefreshIds> ReadRefreshIds(const TargetConfig& config) const;
  WatchedRefreshIds::ErrorReporter ReportOf(const std::string& target) const;
  tl::expected<CollectorPlan, LedgerFailure> MakePlan(const TargetConfig& target,
                                                      const CollectorConfig& config,
                                                      CollectorSetup& setup) const;
  void WarnOfWeakness(const TargetConfig& config) const;

  const Parts parts_;
  bool started_ = false;
  std::vector<Entry> entries_;
};

}  // namespace cckm
