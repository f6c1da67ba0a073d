#include "exporter/exposition/state_renderer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <variant>

#include "exporter/exposition/metric_row.h"
#include "exporter/exposition/state_metrics.h"

namespace cckm {
namespace {

// Writes those objects that are not left out, with these labels before their IDs.
template <typename Shape, typename Object, typename Labels>
void WriteObjects(const Shape& shape, const KeyedStore<Object>& objects,
                  const PositionSet& left_out, const Scene& scene, const Labels& labels,
                  ExpositionWriter& writer) {
  std::size_t position = 0;
  for (const Object& object : objects) {
    if (left_out.HasAllFrom(position)) return;
    if (!left_out.Has(position)) {
      shape.Write(scene, object, Join(labels, std::array<LabelView, 1>{object.id}), writer);
    }
    ++position;
  }
}

template <typename Object, typename Shape>
void WriteCollector(const Shape& shape, const CollectorState& collector, const LeftOut& left_out,
                    const Scene& scene, ExpositionWriter& writer) {
  const std::array<LabelView, 2> labels{scene.target.label, collector.family->name};
  if constexpr (std::is_same_v<Object, CollectorState>) {
    shape.Write(scene, collector, labels, writer);
  } else if constexpr (std::is_same_v<Object, RefreshState>) {
    WriteObjects(shape, collector.refreshes, left_out.refreshes, scene, labels, writer);
  } else {
    WriteObjects(shape, collector.domains,
                 kIsHistogram<Shape> ? left_out.histograms : left_out.domains, scene, labels,
                 writer);
  }
}

template <typename Object, typename Shape>
void WriteTarget(const Shape& shape, const SeriesBudget& budget, const Scene& scene,
                 ExpositionWriter& writer) {
  const std::array<LabelView, 1> labels{scene.target.label};
  if constexpr (std::is_same_v<Object, TargetState>) {
    shape.Write(scene, scene.target, labels, writer);
  } else if constexpr (std::is_same_v<Object, ScheduleState>) {
    WriteObjects(shape, scene.target.schedules.schedules, budget.left_out_schedules(), scene,
                 labels, writer);
  } else {
    for (std::size_t index = 0; index < budget.left_out().size(); ++index) {
      WriteCollector<Object>(shape, scene.target.collectors[index], budget.left_out()[index], scene,
                             writer);
    }
  }
}

// Writes the family if it is one of the table.
template <typename Object>
bool RenderOneOf(const MetricTable<Object>& table, Metric metric, const StateView& state,
                 const SeriesBudgets& budgets, ExpositionWriter& writer) {
  const auto row = std::ranges::find(table.rows, metric, &MetricRow<Object>::metric);
  if (row == table.rows.end()) return false;
  writer.BeginFamily(Describe(metric));
  RenderScratch scratch;
  for (std::size_t i = 0; i < budgets.size(); ++i) {
    const Scene scene{state, state.targets[i], budgets[i].dropped(), scratch};
    std::visit([&](const auto& shape) { WriteTarget<Object>(shape, budgets[i], scene, writer); },
               row->shape);
  }
  return true;
}

}  // namespace

bool RenderStateFamily(Metric metric, const StateView& state, const SeriesBudgets& budgets,
                       ExpositionWriter& writer) {
  return RenderOneOf(DomainMetrics(), metric, state, budgets, writer) ||
         RenderOneOf(RefreshMetrics(), metric, state, budgets, writer) ||
         RenderOneOf(ScheduleMetrics(), metric, state, budgets, writer) ||
         RenderOneOf(CollectorMetrics(), metric, state, budgets, writer) ||
         RenderOneOf(TargetMetrics(), metric, state, budgets, writer);
}

}  // namespace cckm
