// One whole exposition: every family of the catalogue, from everything that has something to say.
//
// Thread-safety: an Exposition belongs to one thread at a time.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "collectors/base/clock.h"
#include "exporter/exposition/exposition_writer.h"
#include "exporter/exposition/process_metrics.h"
#include "exporter/metrics/build_info.h"
#include "exporter/metrics/exporter_status.h"
#include "exporter/metrics/self_metrics.h"
#include "exporter/state/state_store.h"

namespace cckm {

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
  class Rendering;

  const Sources sources_;
  const ProcessMetrics process_;
};

}  // namespace cckm
