// What most tests of the Prometheus side need: the target cm with its dsm refreshes, from the state
// to the published body.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "exporter/exposition/publisher.h"
#include "exporter/metrics/self_metrics.h"
#include "exporter/state/state_store.h"

namespace cckm {

struct OneTarget {
  // `state_clock` is read once by each rendering.
  OneTarget(std::vector<std::string> refresh_ids, const Clock& state_clock,
            const Clock& publisher_clock)
      : state({{.options = {.name = "cm", .shown = {.max_series = 1000}},
                .collectors = {{FindFamily("dsm"), std::move(refresh_ids)}}}},
              bounds, state_clock),
        self_metrics(state_clock),
        publisher(Exposition({.state = state,
                              .self_metrics = self_metrics,
                              .status = status,
                              .bounds = bounds,
                              .build_info = {},
                              .process_metrics = false}),
                  publisher_clock) {}

  const BucketBounds bounds{{1, 60}};
  StateStore state;
  SelfMetrics self_metrics;  // at the state's clock
  ExporterStatus status;
  Publisher publisher;
};

}  // namespace cckm
