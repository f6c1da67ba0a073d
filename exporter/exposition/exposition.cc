#include "exporter/exposition/exposition.h"

#include <algorithm>
#include <array>
#include <map>

#include "exporter/exposition/process_metrics.h"
#include "exporter/exposition/state_renderer.h"

namespace cckm {
namespace {

using CollectedFamilies = std::vector<SelfMetrics::CollectedFamily>;

std::string_view ValueOf(const prometheus::ClientMetric& metric, std::string_view label) {
  const auto found = std::ranges::find(metric.label, label, &prometheus::ClientMetric::Label::name);
  return found == metric.label.end() ? std::string_view() : std::string_view(found->value);
}

// Values of the metric's labels, in the order of the catalogue.
std::vector<LabelValue> LabelsOf(const prometheus::ClientMetric& metric,
                                 const MetricDescription& description) {
  std::vector<LabelValue> values;
  for (std::size_t i = 0; i < description.label_count(); ++i) {
    values.emplace_back(ValueOf(metric, description.labels[i]));
  }
  return values;
}

void RenderHistogram(const prometheus::ClientMetric::Histogram& histogram, LabelViews labels,
                     ExpositionWriter& writer) {
  std::vector<std::string> le;
  std::vector<std::uint64_t> cumulative;
  for (const auto& bucket : histogram.bucket) {
    le.push_back(LeText(bucket.upper_bound));
    cumulative.push_back(bucket.cumulative_count);
  }
  writer.Histogram(labels, {le, cumulative, histogram.sample_sum});
}

void RenderCollected(const SelfMetrics::CollectedFamily& collected, ExpositionWriter& writer) {
  const MetricDescription& description = Describe(collected.metric);
  writer.BeginFamily(description);
  std::vector<std::pair<std::vector<LabelValue>, const prometheus::ClientMetric*>> metrics;
  for (const auto& metric : collected.family.metric) {
    metrics.emplace_back(LabelsOf(metric, description), &metric);
  }
  // prometheus-cpp keeps its series in no order of its own.
  std::ranges::sort(metrics, [](const auto& a, const auto& b) {
    return std::ranges::lexicographical_compare(a.first, b.first, {}, &LabelValue::text,
                                                &LabelValue::text);
  });
  for (const auto& [values, metric] : metrics) {
    const std::vector<LabelView> labels(values.begin(), values.end());
    if (description.type == MetricType::kHistogram) {
      RenderHistogram(metric->histogram, labels, writer);
    } else {
      writer.Sample(labels, metric->counter.value);
    }
  }
}

// Series of the collected families, by target.
std::map<std::string_view, std::size_t> SeriesByTarget(const CollectedFamilies& families) {
  std::map<std::string_view, std::size_t> count;
  for (const auto& collected : families) {
    for (const auto& metric : collected.family.metric) {
      count[ValueOf(metric, "target")] +=
          metric.histogram.bucket.empty() ? 1 : metric.histogram.bucket.size() + 2;
    }
  }
  return count;
}

SeriesBudgets MakeBudgets(const StateView& state, const CollectedFamilies& collected,
                          std::size_t buckets) {
  std::map<std::string_view, std::size_t> collected_series = SeriesByTarget(collected);
  SeriesBudgets budgets;
  for (const TargetState& target : state.targets) {
    const std::size_t own = FixedSeriesOf(target, buckets) + collected_series[target.options.name];
    budgets.emplace_back(target, buckets, own);
  }
  return budgets;
}

// Families without a target: one number each, or the build info.
class ExporterFamilies {
 public:
  ExporterFamilies(const ExporterStatus& status, const BuildInfo& build_info, bool process_metrics)
      : status_(status), build_info_(build_info) {
    if (process_metrics) process_ = ReadProcessMetrics();
  }

  void Render(Metric metric, ExpositionWriter& writer) const {
    writer.BeginFamily(Describe(metric));
    if (metric == Metric::kBuildInfo) {
      const std::array values = {LabelValue(build_info_.version), LabelValue(build_info_.revision),
                                 LabelValue(build_info_.compiler)};
      writer.Sample(std::vector<LabelView>(values.begin(), values.end()), 1);
    } else if (const auto value = ValueOf(metric)) {
      writer.Sample({}, *value);
    }
  }

 private:
  std::optional<double> ValueOf(Metric metric) const {
    switch (metric) {
      case Metric::kLedgerWritable:
        return status_.ledger_writable() ? 1 : 0;
      case Metric::kLedgerWriteFailuresTotal:
        return static_cast<double>(status_.ledger_failures());
      case Metric::kConfigLastReloadSuccessful:
        return status_.config_ok() ? 1 : 0;
      case Metric::kConfigLastReloadSuccessTimestamp:
        return ToUnixSeconds(status_.config_loaded_at());
      default:
        break;
    }
    const auto found = std::ranges::find(process_, metric, &ProcessMetric::metric);
    return found == process_.end() ? std::nullopt : std::optional(found->value);
  }

  const ExporterStatus& status_;
  const BuildInfo& build_info_;
  std::vector<ProcessMetric> process_;
};

}  // namespace

bool Exposition::Render(ExpositionWriter& writer) {
  const CollectedFamilies collected = sources_.self_metrics.Collect();
  const ExporterFamilies exporter(sources_.status, sources_.build_info, sources_.process_metrics);
  return sources_.state.ReadForExposition([&](const StateView& state) {
    const std::size_t buckets = sources_.bounds.values().size();
    const SeriesBudgets budgets = MakeBudgets(state, collected, buckets);
    for (const MetricDescription& description : Catalogue()) {
      if (RenderStateFamily(description.metric, state, budgets, writer)) continue;
      const auto found =
          std::ranges::find(collected, description.metric, &SelfMetrics::CollectedFamily::metric);
      if (found != collected.end()) {
        RenderCollected(*found, writer);
      } else {
        exporter.Render(description.metric, writer);
      }
    }
  });
}

}  // namespace cckm
