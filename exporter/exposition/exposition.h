// One whole exposition: every family of the catalogue, from everything that has something to say.
//
// What an exposition has in common with the one before is not made again.
// Thread-safety: an Exposition belongs to one thread at a time.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "collectors/base/clock.h"
#include "exporter/exposition/body.h"
#include "exporter/exposition/format.h"
#include "exporter/exposition/format_renderer.h"
#include "exporter/exposition/process_metrics.h"
#include "exporter/exposition/protobuf_writer.h"
#include "exporter/exposition/series_budget.h"
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
    NativeHistograms native = NativeHistograms::kNo;
    ProcessMetrics process = {};
  };

  explicit Exposition(Sources sources) : sources_(std::move(sources)) {}

  using Formats = std::span<const ExpositionFormat>;

  struct Rendered {
    std::array<Blocks, kContentTypes.size()> blocks;  // of the formats asked for
    std::uint64_t updates = 0;                        // of the state that is shown: see StateView
    bool is_complete = true;  // false: some counters wait for the next exposition
  };

  // Keeps what the next exposition may share in these formats only.
  void KeepOnly(Formats formats);

  // Renders every family that has a sample, in each of the formats the same, after which the state
  // counts as shown (see StateStore::ReadForExposition).  Keeps these formats only.
  Rendered Render(Formats formats);

  // Renders what Render() would, for somebody who saw none of the former ones: nothing counts as
  // shown by it.
  Rendered RenderAgain(ExpositionFormat format);

  // What max_series leaves out of each target now, by the target's label; those that lose nothing
  // are missing.
  DroppedSeriesByTarget DroppedSeries();

 private:
  // What an exposition is made of besides the state.
  struct Around {
    CollectedFamilies collected;
    ExporterFacts exporter;
  };

  Around LookAround() const;
  void RenderState(const StateView& state, Formats formats, Around& around, Rendered& rendered);
  void UpdateBudgets(const StateView& state, const CollectedFamilies& collected);

  const Sources sources_;
  std::vector<SeriesBudget> budgets_;  // of the state's targets
  std::array<std::unique_ptr<FormatRenderer>, kContentTypes.size()> renderers_;
};

}  // namespace cckm
