#include "exporter/exposition/exposition.h"

#include <map>
#include <numeric>
#include <string_view>

#include "exporter/exposition/collected_metrics.h"
#include "exporter/exposition/exporter_metrics.h"
#include "exporter/exposition/state_renderer.h"

namespace cckm {
namespace {

SeriesBudgets MakeBudgets(const StateView& state, const CollectedFamilies& collected,
                          std::size_t buckets) {
  std::map<std::string_view, std::size_t> collected_series = SeriesByTarget(collected);
  SeriesBudgets budgets;
  for (const TargetState& target : state.targets) {
    const std::size_t own =
        AlwaysShownSeriesOf(target, buckets) + collected_series[target.options.name];
    budgets.emplace_back(target, buckets, own);
  }
  return budgets;
}

}  // namespace

// What an exposition is made of besides the state.
class Exposition::Rendering {
 public:
  explicit Rendering(const Exposition& exposition)
      : sources_(exposition.sources_),
        collected_(sources_.self_metrics.Collect()),
        exporter_{.status = sources_.status,
                  .build_info = sources_.build_info,
                  .shard = sources_.shard,
                  .process_began_at = exposition.process_.began_at()} {
    if (sources_.process_metrics) exporter_.process = exposition.process_.Read();
  }

  void Render(const StateView& state, Writers writers) {
    exporter_.targets = state.targets.size();
    const SeriesBudgets budgets = MakeBudgets(state, collected_, sources_.bounds.values().size());
    for (ExpositionWriter* writer : writers) {
      for (const MetricDescription& description : Catalogue()) {
        const Metric metric = description.metric;
        if (RenderStateFamily(metric, state, budgets, *writer)) continue;
        if (RenderCollectedFamily(metric, collected_, *writer)) continue;
        RenderExporterFamily(metric, exporter_, *writer);
      }
      writer->Finish();
    }
  }

 private:
  const Sources& sources_;
  const CollectedFamilies collected_;
  ExporterFacts exporter_;
};

Exposition::Rendered Exposition::Render(Writers writers) {
  Rendering rendering(*this);
  Rendered rendered;
  rendered.is_complete = sources_.state.ReadForExposition([&](const StateView& state) {
    rendering.Render(state, writers);
    rendered.updates = state.updates;
  });
  return rendered;
}

Exposition::Rendered Exposition::RenderAgain(Writers writers) const {
  Rendering rendering(*this);
  Rendered rendered;
  sources_.state.Read([&](const StateView& state) {
    rendering.Render(state, writers);
    rendered.updates = state.updates;
  });
  return rendered;
}

DroppedSeriesByTarget Exposition::DroppedSeries() const {
  const CollectedFamilies collected = sources_.self_metrics.Collect();
  DroppedSeriesByTarget dropped;
  sources_.state.Read([&](const StateView& state) {
    const SeriesBudgets budgets = MakeBudgets(state, collected, sources_.bounds.values().size());
    for (std::size_t i = 0; i < budgets.size(); ++i) {
      const auto& series = budgets[i].dropped().series;
      const std::size_t count = std::accumulate(series.begin(), series.end(), std::size_t{0});
      if (count != 0) dropped.emplace(state.targets[i].label.text(), count);
    }
  });
  return dropped;
}

}  // namespace cckm
