// The metrics that this process counts itself: families of prometheus-cpp, which hold their series.
//
// Thread-safety: pure functions.

#pragma once

#include <cstddef>
#include <map>
#include <string_view>
#include <vector>

#include "exporter/exposition/exposition_writer.h"
#include "exporter/metrics/self_metrics.h"

namespace cckm {

using CollectedFamilies = std::vector<SelfMetrics::CollectedFamily>;

// Writes the family if it is one of these.  Returns false if it is not.
bool RenderCollectedFamily(Metric metric, const CollectedFamilies& families,
                           ExpositionWriter& writer);

// Series of all families, by target.  The names point into them.
std::map<std::string_view, std::size_t> SeriesByTarget(const CollectedFamilies& families);

}  // namespace cckm
