#include "exporter/exposition/format_renderer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <variant>

#include "exporter/exposition/state_metrics.h"
#include "exporter/exposition/text_writer.h"

namespace cckm {
namespace {

// More series take less memory and compress better, and are rendered again for a smaller change.
constexpr std::size_t kSeriesOfBlock = 128;

std::unique_ptr<ExpositionWriter> WriterFor(ExpositionFormat format, NativeHistograms native,
                                            ByteBuffer& out) {
  if (format == ExpositionFormat::kProtobuf) return std::make_unique<ProtobufWriter>(out, native);
  return std::make_unique<TextWriter>(out, format == ExpositionFormat::kOpenMetrics
                                               ? TextDialect::kOpenMetrics
                                               : TextDialect::kPrometheus);
}

// Writes those objects that are not left out, with these labels before their IDs.  `object` stands
// at `position`.
template <typename Shape, typename Iterator, typename Labels>
void WriteObjects(const Shape& shape, Iterator object, std::size_t count, std::size_t position,
                  const PositionSet& left_out, const Scene& scene, const Labels& labels,
                  ExpositionWriter& writer) {
  for (; count != 0; --count, ++object, ++position) {
    if (left_out.Has(position)) continue;
    shape.Write(scene, *object, Join(labels, std::array<LabelView, 1>{object->id}), writer);
  }
}

}  // namespace

// The family of one row of a table.
class FormatRenderer::StateFamily {
 public:
  StateFamily(FormatRenderer& renderer, const ExpositionInput& input, KeptFamily& kept, Blocks& out)
      : renderer_(renderer), input_(input), kept_(kept), out_(out) {}

  // Writes the family if it is one of the table.
  template <typename Object>
  bool RenderIfIn(const MetricTable<Object>& table, Metric metric) {
    const auto row = std::ranges::find(table.rows, metric, &MetricRow<Object>::metric);
    if (row == table.rows.end()) return false;
    std::visit([&](const auto& shape) { RenderAll<Object>(shape); }, row->shape);
    return true;
  }

 private:
  template <typename Object, typename Shape>
  void RenderAll(const Shape& shape) {
    for (std::size_t i = 0; i < input_.budgets.size(); ++i) {
      const Scene scene{input_.state, input_.state.targets[i], input_.budgets[i], scratch_};
      RenderTarget<Object>(shape, scene);
    }
    kept_.stores.resize(stores_);
  }

  template <typename Object, typename Shape>
  void RenderTarget(const Shape& shape, const Scene& scene) {
    const std::array<LabelView, 1> labels{scene.target.label};
    if constexpr (std::is_same_v<Object, TargetState>) {
      shape.Write(scene, scene.target, labels, writer());
    } else if constexpr (std::is_same_v<Object, ScheduleState>) {
      const auto& schedules = scene.target.schedules.schedules;
      WriteObjects(shape, schedules.begin(), schedules.size(), 0, scene.budget.left_out_schedules(),
                   scene, labels, writer());
    } else {
      for (std::size_t index = 0; index < scene.target.collectors.size(); ++index) {
        RenderCollector<Object>(shape, scene, index);
      }
    }
  }

  template <typename Object, typename Shape>
  void RenderCollector(const Shape& shape, const Scene& scene, std::size_t index) {
    const CollectorState& collector = scene.target.collectors[index];
    const LeftOut& left_out = scene.budget.left_out()[index];
    const CollectorTally& tally = scene.budget.tallies()[index];
    if constexpr (std::is_same_v<Object, CollectorState>) {
      const std::array<LabelView, 2> labels{scene.target.label, collector.family->name};
      shape.Write(scene, collector, labels, writer());
    } else if constexpr (std::is_same_v<Object, RefreshState>) {
      RenderStore(shape, scene, collector, collector.refreshes, tally.refreshes,
                  left_out.refreshes);
    } else {
      RenderStore(shape, scene, collector, collector.domains, tally.domains,
                  kIsHistogram<Shape> ? left_out.histograms : left_out.domains);
    }
  }

  template <typename Shape, typename Object>
  void RenderStore(const Shape& shape, const Scene& scene, const CollectorState& collector,
                   const KeyedStore<Object>& store, const StoreTally<Object>& tally,
                   const PositionSet& left_out) {
    KeptStore& kept = NextStore(store.identity());
    const std::size_t groups_of_block = std::max<std::size_t>(
        1, kSeriesOfBlock / (UsualSeries(shape) * KeyedStore<Object>::kMaxGroupSize));
    const std::span<const std::uint64_t> versions = tally.versions();
    kept.blocks.resize((versions.size() + groups_of_block - 1) / groups_of_block);
    const std::array<LabelView, 2> labels{scene.target.label, collector.family->name};
    std::size_t position = 0;
    for (std::size_t i = 0; i < kept.blocks.size(); ++i) {
      KeptBlock& block = kept.blocks[i];
      const std::size_t first = i * groups_of_block;
      const std::size_t count = std::min(groups_of_block, versions.size() - first);
      const std::uint64_t version = std::ranges::max(versions.subspan(first, count));
      const auto groups = store.groups().subspan(first, count);
      if (block.bytes == nullptr || block.version != version) {
        WriteGroups<Object>(shape, groups, position, left_out, scene, labels);
        renderer_.Renew(block.bytes);
        block.version = version;
      }
      if (!left_out.empty()) position += SizeOf<Object>(groups);
      if (block.bytes->size() != 0) out_.push_back(block.bytes);
    }
  }

  template <typename Object>
  using Groups = std::span<const typename KeyedStore<Object>::Group>;

  template <typename Object>
  static std::size_t SizeOf(Groups<Object> groups) {
    std::size_t size = 0;
    for (const auto& group : groups) size += group.size;
    return size;
  }

  template <typename Object, typename Shape, typename Labels>
  void WriteGroups(const Shape& shape, Groups<Object> groups, std::size_t position,
                   const PositionSet& left_out, const Scene& scene, const Labels& labels) {
    for (const auto& group : groups) {
      WriteObjects(shape, group.first, group.size, position, left_out, scene, labels, writer());
      position += group.size;
    }
  }

  // As many as most objects have of the shape.
  template <typename Shape>
  static std::size_t UsualSeries(const Shape& shape) {
    constexpr std::size_t kOfHistogram = 20;
    if constexpr (kIsHistogram<Shape>) return kOfHistogram;
    if constexpr (requires { shape.values.size(); }) return shape.values.size();
    return 1;
  }

  KeptStore& NextStore(const std::shared_ptr<const char>& identity) {
    if (kept_.stores.size() <= stores_) kept_.stores.resize(stores_ + 1);
    KeptStore& kept = kept_.stores[stores_++];
    if (kept.identity != identity) kept = {.identity = identity, .blocks = {}};
    return kept;
  }

  ExpositionWriter& writer() { return *renderer_.writer_; }

  FormatRenderer& renderer_;
  const ExpositionInput& input_;
  KeptFamily& kept_;
  Blocks& out_;
  RenderScratch scratch_;
  std::size_t stores_ = 0;
};

FormatRenderer::FormatRenderer(ExpositionFormat format, NativeHistograms native)
    : writer_(WriterFor(format, native, written_)) {}

Blocks FormatRenderer::Render(const ExpositionInput& input) {
  Blocks body;
  Blocks samples;
  for (const MetricDescription& description : Catalogue()) {
    KeptFamily& kept = families_[description.metric];
    writer_->BeginFamily(description);
    samples.clear();
    RenderSamples(description.metric, input, kept, samples);
    std::size_t bytes = 0;
    for (const Block& block : samples) bytes += block->size();
    if (bytes == 0) continue;
    if (kept.header == nullptr || kept.sample_bytes != bytes) {
      writer_->AppendHeader(bytes, written_);
      Renew(kept.header);
      kept.sample_bytes = bytes;
    }
    body.push_back(kept.header);
    body.insert(body.end(), samples.begin(), samples.end());
  }
  writer_->AppendEnd(written_);
  if (Renew(end_)->size() != 0) body.push_back(end_);
  return body;
}

void FormatRenderer::RenderSamples(Metric metric, const ExpositionInput& input, KeptFamily& kept,
                                   Blocks& out) {
  StateFamily family(*this, input, kept, out);
  const bool is_of_state =
      family.RenderIfIn(DomainMetrics(), metric) || family.RenderIfIn(RefreshMetrics(), metric) ||
      family.RenderIfIn(ScheduleMetrics(), metric) ||
      family.RenderIfIn(CollectorMetrics(), metric) || family.RenderIfIn(TargetMetrics(), metric);
  if (!is_of_state && !RenderCollectedFamily(metric, input.collected, *writer_)) {
    RenderExporterFamily(metric, input.exporter, *writer_);
  }
  if (Renew(kept.rest)->size() != 0) out.push_back(kept.rest);
}

const Block& FormatRenderer::Renew(Block& kept) {
  if (kept == nullptr || kept->view() != written_.view()) {
    kept = std::make_shared<const ByteBuffer>(written_.view());
  }
  written_.clear();
  return kept;
}

}  // namespace cckm
