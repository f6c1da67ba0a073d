// An exemplar: one observation of a histogram, and what it was an observation of.
//
// Source: OpenMetrics 1.0.0, "Exemplars": the names and values of its labels have at most 128
// characters together.
// Thread-safety: plain data.

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "collectors/base/clock.h"
#include "exporter/metrics/label_value.h"

namespace cckm {

struct Exemplar {
  std::size_t bucket = 0;  // the position of its bucket among the bounds
  LabelValue refresh_id;
  LabelValue domain_id;  // empty where the refresh has several
  double value = 0;      // seconds
  WallTime at{};         // when the refresh finished
};

struct ExemplarLabel {
  std::string_view name;
  LabelView value;
};

// The labels to show: refresh_id, then domain_id where both fit and no parser stumbles over it;
// none if not even the first fits.
// `domain_id` is used where the exemplar has none itself.
std::vector<ExemplarLabel> LabelsOf(const Exemplar& exemplar, const LabelView& domain_id);

}  // namespace cckm
