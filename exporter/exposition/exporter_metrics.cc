#include "exporter/exposition/exporter_metrics.h"

#include <algorithm>
#include <array>

#include "exporter/metrics/label_value.h"

namespace cckm {
namespace {

// A metric and its one series.
struct Row {
  Metric metric;
  void (*write)(const ExporterFacts&, ExpositionWriter&);
};

void LedgerWritable(const ExporterFacts& facts, ExpositionWriter& writer) {
  writer.Sample({}, facts.status.ledger_writable() ? 1 : 0);
}

void LedgerFailures(const ExporterFacts& facts, ExpositionWriter& writer) {
  writer.Counter({}, static_cast<double>(facts.status.ledger_failures()), facts.process_began_at);
}

void Build(const ExporterFacts& facts, ExpositionWriter& writer) {
  const std::array values = {LabelValue(facts.build_info.version),
                             LabelValue(facts.build_info.revision),
                             LabelValue(facts.build_info.compiler)};
  writer.Sample(std::array<LabelView, 3>{values[0], values[1], values[2]}, 1);
}

void Targets(const ExporterFacts& facts, ExpositionWriter& writer) {
  writer.Sample({}, static_cast<double>(facts.targets));
}

void ShardIndex(const ExporterFacts& facts, ExpositionWriter& writer) {
  writer.Sample({}, facts.shard.index);
}

void ShardCount(const ExporterFacts& facts, ExpositionWriter& writer) {
  writer.Sample({}, facts.shard.count);
}

void ReloadSuccessful(const ExporterFacts& facts, ExpositionWriter& writer) {
  writer.Sample({}, facts.status.config_ok() ? 1 : 0);
}

void ReloadedAt(const ExporterFacts& facts, ExpositionWriter& writer) {
  writer.Sample({}, ToUnixSeconds(facts.status.config_loaded_at()));
}

constexpr std::array kRows = std::to_array<Row>({
    {Metric::kLedgerWritable, LedgerWritable},
    {Metric::kLedgerWriteFailuresTotal, LedgerFailures},
    {Metric::kBuildInfo, Build},
    {Metric::kExporterTargets, Targets},
    {Metric::kExporterShardIndex, ShardIndex},
    {Metric::kExporterShardCount, ShardCount},
    {Metric::kConfigLastReloadSuccessful, ReloadSuccessful},
    {Metric::kConfigLastReloadSuccessTimestamp, ReloadedAt},
});

// What ProcessMetrics has rows for.
bool RenderProcessFamily(Metric metric, const ExporterFacts& facts, ExpositionWriter& writer) {
  const auto found = std::ranges::find(facts.process, metric, &ProcessMetric::metric);
  if (found == facts.process.end()) return false;
  writer.BeginFamily(Describe(metric));
  if (Describe(metric).type == MetricType::kCounter) {
    writer.Counter({}, found->value, facts.process_began_at);
  } else {
    writer.Sample({}, found->value);
  }
  return true;
}

}  // namespace

bool RenderExporterFamily(Metric metric, const ExporterFacts& facts, ExpositionWriter& writer) {
  const auto* row = std::ranges::find(kRows, metric, &Row::metric);
  if (row == kRows.end()) return RenderProcessFamily(metric, facts, writer);
  writer.BeginFamily(Describe(metric));
  row->write(facts, writer);
  return true;
}

}  // namespace cckm
