// The metrics of this process, which have no target: of the exporter, and process_*.
//
// Thread-safety: pure functions.

#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "collectors/base/clock.h"
#include "exporter/exposition/exposition_writer.h"
#include "exporter/exposition/process_metrics.h"
#include "exporter/metrics/build_info.h"
#include "exporter/metrics/catalogue.h"
#include "exporter/metrics/exporter_status.h"

namespace cckm {

// What they are made of.
struct ExporterFacts {
  const ExporterStatus& status;
  const BuildInfo& build_info;
  Shard shard = {};
  std::size_t targets = 0;
  std::vector<ProcessMetric> process = {};
  std::optional<WallTime> process_began_at = {};
};

// Writes the family if it is one of them.  Returns false if it is not.
bool RenderExporterFamily(Metric metric, const ExporterFacts& facts, ExpositionWriter& writer);

}  // namespace cckm
