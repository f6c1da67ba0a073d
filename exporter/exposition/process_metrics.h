// The process_* metrics that Prometheus client libraries share.
//
// Source: Prometheus documentation, "Writing client libraries", process metrics; proc(5).
// Thread-safety: pure functions over /proc/self.

#pragma once

#include <vector>

#include "exporter/metrics/catalogue.h"

namespace cckm {

struct ProcessMetric {
  Metric metric;
  double value;
};

// The current values, in the order of the catalogue; what the system does not tell is left out.
std::vector<ProcessMetric> ReadProcessMetrics();

}  // namespace cckm
