#include "exporter/exposition/exposition.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <string_view>

#include "exporter/exposition/collected_metrics.h"
#include "exporter/exposition/exporter_metrics.h"

namespace cckm {

void Exposition::KeepOnly(Formats formats) {
  for (std::size_t i = 0; i < renderers_.size(); ++i) {
    const auto format = static_cast<ExpositionFormat>(i);
    if (std::ranges::find(formats, format) == formats.end()) renderers_[i].reset();
  }
}

Exposition::Rendered Exposition::Render(Formats formats) {
  KeepOnly(formats);
  Around around = LookAround();
  Rendered rendered;
  rendered.is_complete = sources_.state.ReadForExposition(
      [&](const StateView& state) { RenderState(state, formats, around, rendered); });
  return rendered;
}

Exposition::Rendered Exposition::RenderAgain(ExpositionFormat format) {
  Around around = LookAround();
  Rendered rendered;
  sources_.state.Read(
      [&](const StateView& state) { RenderState(state, std::array{format}, around, rendered); });
  return rendered;
}

// To be called while nobody waits for the state: it reads files of the system.
Exposition::Around Exposition::LookAround() const {
  Around around{.collected = sources_.self_metrics.Collect(),
                .exporter = {.status = sources_.status,
                             .build_info = sources_.build_info,
                             .shard = sources_.shard,
                             .process_began_at = sources_.process.began_at()}};
  if (sources_.process_metrics) around.exporter.process = sources_.process.Read();
  return around;
}

void Exposition::RenderState(const StateView& state, Formats formats, Around& around,
                             Rendered& rendered) {
  around.exporter.targets = state.targets.size();
  UpdateBudgets(state, around.collected);
  for (const ExpositionFormat format : formats) {
    auto& renderer = renderers_[static_cast<std::size_t>(format)];
    if (!renderer) renderer = std::make_unique<FormatRenderer>(format, sources_.native);
    rendered.blocks[static_cast<std::size_t>(format)] =
        renderer->Render({state, budgets_, around.collected, around.exporter});
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
  const CollectedFamilies collected = sources_.self_metrics.Collect();
  sources_.state.Read([&](const StateView& state) {
    UpdateBudgets(state, collected);
    for (std::size_t i = 0; i < budgets_.size(); ++i) {
      const auto& series = budgets_[i].dropped().series;
      const std::size_t count = std::accumulate(series.begin(), series.end(), std::size_t{0});
      if (count != 0) dropped.emplace(state.targets[i].label.text(), count);
    }
  });
  return dropped;
}

}  // namespace cckm
