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

// Writes those of a collector's objects that are not left out.
template <typename Shape, typename Object>
void WriteObjects(const Shape& shape, const KeyedStore<Object>& objects,
                  const PositionSet& left_out, const Scene& scene, std::string_view family,
                  ExpositionWriter& writer) {
  std::size_t position = 0;
  for (const Object& object : objects) {
    if (left_out.HasAllFrom(position)) return;
    if (!left_out.Has(position)) {
      shape.Write(scene, object, std::array<LabelView, 3>{scene.target.label, family, object.id},
                  writer);
    }
    ++position;
  }
}

template <typename Object, typename Shape>
void WriteCollector(const Shape& shape, const CollectorState& collector, const LeftOut& left_out,
                    const Scene& scene, ExpositionWriter& writer) {
  const std::string_view family = collector.family->name;
  if constexpr (std::is_same_v<Object, CollectorState>) {
    shape.Write(scene, collector, std::array<LabelView, 2>{scene.target.label, family}, writer);
  } else if constexpr (std::is_same_v<Object, RefreshState>) {
    WriteObjects(shape, collector.refreshes, left_out.refreshes, scene, family, writer);
  } else {
    WriteObjects(shape, collector.domains,
                 kIsHistogram<Shape> ? left_out.histograms : left_out.domains, scene, family,
                 writer);
  }
}

template <typename Object, typename Shape>
void WriteTarget(const Shape& shape, const std::vector<LeftOut>& left_out, const Scene& scene,
                 ExpositionWriter& writer) {
  if constexpr (std::is_same_v<Object, TargetState>) {
    shape.Write(scene, scene.target, std::array<LabelView, 1>{scene.target.label}, writer);
  } else {
    for (std::size_t index = 0; index < left_out.size(); ++index) {
      WriteCollector<Object>(shape, scene.target.collectors[index], left_out[index], scene, writer);
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
    std::visit(
        [&](const auto& shape) {
          WriteTarget<Object>(shape, budgets[i].left_out(), scene, writer);
        },
        row->shape);
  }
  return true;
}

}  // namespace

bool RenderStateFamily(Metric metric, const StateView& state, const SeriesBudgets& budgets,
                       ExpositionWriter& writer) {
  return RenderOneOf(DomainMetrics(), metric, state, budgets, writer) ||
         RenderOneOf(RefreshMetrics(), metric, state, budgets, writer) ||
         RenderOneOf(CollectorMetrics(), metric, state, budgets, writer) ||
         RenderOneOf(TargetMetrics(), metric, state, budgets, writer);
}

}  // namespace cckm
