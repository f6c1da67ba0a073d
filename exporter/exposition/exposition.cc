#include "exporter/exposition/exposition.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <string_view>

#include "exporter/exposition/collected_metrics.h"
#include "exporter/exposition/exporter_metrics.h"

namespace cckm {

Exposition::Rendered Exposition::Render(Formats formats) {
  for (std::size_t i = 0; i < renderers_.size(); ++i) {
    const auto format = static_cast<ExpositionFormat>(i);
    if (std::ranges::find(formats, format) == formats.end()) renderers_[i].reset();
  }
  Rendered rendered;
  rendered.is_complete = sources_.state.ReadForExposition(
      [&](const StateView& state) { RenderState(state, formats, rendered); });
  return rendered;
}

Exposition::Rendered Exposition::RenderAgain(ExpositionFormat format) {
  Rendered rendered;
  sources_.state.Read(
      [&](const StateView& state) { RenderState(state, std::array{format}, rendered); });
  return rendered;
}

void Exposition::RenderState(const StateView& state, Formats formats, Rendered& rendered) {
  const CollectedFamilies collected = sources_.self_metrics.Collect();
  ExporterFacts exporter{.status = sources_.status,
                         .build_info = sources_.build_info,
                         .shard = sources_.shard,
                         .targets = state.targets.size(),
                         .process_began_at = sources_.process.began_at()};
  if (sources_.process_metrics) exporter.process = sources_.process.Read();
  UpdateBudgets(state, collected);
  for (const ExpositionFormat format : formats) {
    auto& renderer = renderers_[static_cast<std::size_t>(format)];
    if (!renderer) renderer = std::make_unique<FormatRenderer>(format, sources_.native);
    rendered.blocks[static_cast<std::size_t>(format)] =
        renderer->Render({state, budgets_, collected, exporter});
  }
  rendered.updates = state.updates;
}

void Exposition::UpdateBudgets(const StateView& state, const CollectedFamilies& collected) {
  const std::map<std::string_view, std::size_t> own = SeriesByTarget(collected);
  const std::size_t buckets = sources_.bounds.values().size();
  budgets_.resize(state.targets.size());
  for (std::size_t i = 0; i < budgets_.size(); ++i) {
    const TargetState& target = state.targets[i];
    const auto counted = own.find(target.options.name);
    const std::size_t always_shown =
        AlwaysShownSeriesOf(target, buckets) + (counted == own.end() ? 0 : counted->second);
    budgets_[i].Update(target, buckets, always_shown, state.now);
  }
}

DroppedSeriesByTarget Exposition::DroppedSeries() {
  DroppedSeriesByTarget dropped;
  sources_.state.Read([&](const StateView& state) {
    UpdateBudgets(state, sources_.self_metrics.Collect());
    for (std::size_t i = 0; i < budgets_.size(); ++i) {
      const auto& series = budgets_[i].dropped().series;
      const std::size_t count = std::accumulate(series.begin(), series.end(), std::size_t{0});
      if (count != 0) dropped.emplace(state.targets[i].label.text(), count);
    }
  });
  return dropped;
}

}  // namespace cckm
