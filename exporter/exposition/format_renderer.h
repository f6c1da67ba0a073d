// An exposition in one format, as blocks: a block is rendered again only if one of its objects has
// changed, or shows something else because time has passed.
//
// Thread-safety: belongs to one thread at a time.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "exporter/exposition/body.h"
#include "exporter/exposition/collected_metrics.h"
#include "exporter/exposition/exporter_metrics.h"
#include "exporter/exposition/exposition_writer.h"
#include "exporter/exposition/format.h"
#include "exporter/exposition/metric_row.h"
#include "exporter/exposition/protobuf_writer.h"
#include "exporter/exposition/series_budget.h"
#include "exporter/metrics/catalogue.h"
#include "exporter/state/state_store.h"

namespace cckm {

// What an exposition is made of.
struct ExpositionInput {
  const StateView& state;
  std::span<const SeriesBudget> budgets;  // of state.targets
  const CollectedFamilies& collected;
  const ExporterFacts& exporter;
};

class FormatRenderer {
 public:
  FormatRenderer(ExpositionFormat format, NativeHistograms native);

  Blocks Render(const ExpositionInput& input);

 private:
  struct KeptBlock {
    std::uint64_t version = 0;  // the latest of its groups
    Block bytes;                // null: it was never rendered
  };
  // The objects of one store in one family.
  struct KeptStore {
    std::shared_ptr<const char> identity;
    std::vector<KeptBlock> blocks;
  };
  struct KeptFamily {
    Block header;                  // null: it was never rendered
    std::size_t sample_bytes = 0;  // behind that header
    Block rest;                    // what is rendered each time
    std::vector<KeptStore> stores;
  };
  class StateFamily;

  void RenderSamples(Metric metric, const ExpositionInput& input, KeptFamily& kept, Blocks& out);
  // What the writer has written, in `kept` if that says the same.
  const Block& Renew(Block& kept);

  ByteBuffer written_;
  const std::unique_ptr<ExpositionWriter> writer_;
  std::map<Metric, KeptFamily> families_;
  Block end_;
};

}  // namespace cckm
