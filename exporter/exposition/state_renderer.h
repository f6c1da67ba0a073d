// The state as metric families: the rows of its metrics, for those objects that the budgets show.
//
// Thread-safety: pure functions over a StateView.

#pragma once

#include <vector>

#include "exporter/exposition/exposition_writer.h"
#include "exporter/exposition/series_budget.h"
#include "exporter/metrics/catalogue.h"
#include "exporter/state/state_store.h"

namespace cckm {

// What of each target is shown, in the order of StateView::targets.
using SeriesBudgets = std::vector<SeriesBudget>;

// Writes the family if the state is what it is made of.  Returns false if it is not.
bool RenderStateFamily(Metric metric, const StateView& state, const SeriesBudgets& budgets,
                       ExpositionWriter& writer);

}  // namespace cckm
