// The state as metric families: for each family of the catalogue one small function from object to
// samples.
//
// Thread-safety: pure functions over a StateView.

#pragma once

#include <vector>

#include "exporter/exposition/exposition_writer.h"
#include "exporter/exposition/series_budget.h"
#include "exporter/state/state_store.h"

namespace cckm {

// What of each target is shown, in the order of StateView::targets.
using SeriesBudgets = std::vector<SeriesBudget>;

// Writes the family if the state is what it is made of.  Returns false if it is not.
bool RenderStateFamily(Metric metric, const StateView& state, const SeriesBudgets& budgets,
                       ExpositionWriter& writer);

// Series of one target that no budget leaves out, besides those of self metrics.
std::size_t FixedSeriesOf(const TargetState& target, std::size_t buckets);

}  // namespace cckm
