// The process_* metrics that Prometheus client libraries share.
//
// Source: Prometheus documentation, "Writing client libraries", process metrics; proc(5).
// Thread-safety: const functions from any thread.

#pragma once

#include <optional>
#include <vector>

#include "collectors/base/clock.h"
#include "exporter/metrics/catalogue.h"

namespace cckm {

struct ProcessMetric {
  Metric metric;
  double value;
};

class ProcessMetrics {
 public:
  // Notes when this process started, so that what is told of it never changes.
  ProcessMetrics();

  // When the process started; none where the system does not tell.
  std::optional<WallTime> began_at() const;

  // The current values, in the order of the catalogue; what the system does not tell is left out.
  std::vector<ProcessMetric> Read() const;

 private:
  std::optional<double> start_time_;  // Unix seconds
};

}  // namespace cckm
