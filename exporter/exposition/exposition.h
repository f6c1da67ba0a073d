// One whole exposition: every family of the catalogue, from everything that has something to say.
//
// Thread-safety: Exposition belongs to one thread at a time; ExporterStatus may be used from any
// thread.

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "collectors/base/clock.h"
#include "exporter/exposition/exposition_writer.h"
#include "exporter/exposition/process_metrics.h"
#include "exporter/metrics/self_metrics.h"
#include "exporter/state/state_store.h"

namespace cckm {

// The program that runs: labels of cckm_exporter_build_info.
struct BuildInfo {
  std::string version;
  std::string revision;
  std::string compiler;
};

// The share of the configured targets that this process polls.
struct Shard {
  unsigned index = 0;
  unsigned count = 1;
};

// What the exporter says of itself besides its requests.
class ExporterStatus {
 public:
  void SetConfigLoaded(bool success, WallTime at) {
    config_ok_ = success;
    if (success) config_loaded_at_ = at.time_since_epoch().count();
  }
  void CountLedgerFailure() {
    ++ledger_failures_;
    ledger_writable_ = false;
  }
  void SetLedgerWritable() { ledger_writable_ = true; }

  bool config_ok() const { return config_ok_; }
  WallTime config_loaded_at() const { return WallTime(Nanoseconds(config_loaded_at_)); }
  bool ledger_writable() const { return ledger_writable_; }
  std::uint64_t ledger_failures() const { return ledger_failures_; }

 private:
  std::atomic<bool> config_ok_{false};
  std::atomic<std::int64_t> config_loaded_at_{0};
  std::atomic<bool> ledger_writable_{true};
  std::atomic<std::uint64_t> ledger_failures_{0};
};

using DroppedSeriesByTarget = std::map<std::string, std::size_t, std::less<>>;

class Exposition {
 public:
  struct Sources {
    StateStore& state;
    const SelfMetrics& self_metrics;
    const ExporterStatus& status;
    const BucketBounds& bounds;
    BuildInfo build_info;
    bool process_metrics = true;
    Shard shard = {};
  };

  explicit Exposition(Sources sources) : sources_(std::move(sources)) {}

  using Writers = std::span<ExpositionWriter* const>;

  struct Rendered {
    std::uint64_t updates = 0;  // of the state that is shown: see StateView
    bool is_complete = true;    // false: some counters wait for the next exposition
  };

  // Writes every family that has a sample, to each writer the same, after which the state counts as
  // shown (see StateStore::ReadForExposition).
  Rendered Render(Writers writers);
  Rendered Render(ExpositionWriter& writer) { return Render(std::array{&writer}); }

  // Writes what Render() would, for somebody who saw none of the former ones: nothing counts as
  // shown by it.
  Rendered RenderAgain(Writers writers) const;

  // What max_series leaves out of each target now, by the target's label; those that lose nothing
  // are missing.  May be called from any thread.
  DroppedSeriesByTarget DroppedSeries() const;

 private:
  class Sheet;

  const Sources sources_;
  const ProcessMetrics process_;
};

}  // namespace cckm
