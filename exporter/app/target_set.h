// The targets that are polled right now, and how they come, change and go.
//
// A target whose configuration did not change goes on undisturbed; one that changed starts anew and
// keeps what it counted.
//
// Thread-safety: one thread at a time.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "exporter/app/target_runtime.h"
#include "exporter/config/config.h"
#include "exporter/config/refresh_id_files.h"
#include "exporter/ledger/ledger.h"
#include "exporter/log/log.h"
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

  // Makes these the targets.  Those that are new or changed are set up, and polled if Start() was
  // called before.
  void Apply(const std::vector<TargetConfig>& configs);

  void Start();
  // Polls each target once.
  void PollOnce();

  // Reads the files of refresh IDs that changed.
  void LookAtIdFiles();

  // Makes every poller look at once whether there is something to do.
  void Wake();
  // How many steps each poller has made, by the name of its target.
  std::map<std::string, std::uint64_t> Steps() const;
  // Asks every thread to end, without waiting for it.
  void RequestStop();

 private:
  // A collector's files of refresh IDs.
  struct IdFiles {
    FileVersions versions;
    std::vector<std::string> refresh_ids;  // configured ones and those of the files
  };
  struct Entry {
    TargetConfig config;
    std::vector<IdFiles> id_files;  // as config.collectors
    std::unique_ptr<TargetRuntime> runtime;
  };

  void RemoveOthers(const std::vector<TargetConfig>& configs);
  void SetUp(Entry& entry);
  IdFiles ReadIdFiles(const CollectorConfig& collector) const;
  CollectorPlan MakePlan(const Entry& entry, std::size_t collector, TargetSetup& setup) const;
  void WarnOfWeakness(const TargetConfig& config) const;

  const Parts parts_;
  bool started_ = false;
  std::vector<Entry> entries_;
};

}  // namespace cckm
