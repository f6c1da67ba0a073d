#include "exporter/exposition/exposition.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

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

// The bounds that all histograms of a family share.
struct SharedBounds {
  explicit SharedBounds(const prometheus::MetricFamily& family) {
    if (family.metric.empty()) return;
    for (const auto& bucket : family.metric.front().histogram.bucket) {
      values.push_back(bucket.upper_bound);
      le.push_back(LeText(bucket.upper_bound));
    }
    if (!values.empty()) values.pop_back();  // infinity
  }

  std::vector<double> values;
  std::vector<std::string> le;
};

void RenderHistogram(const prometheus::ClientMetric::Histogram& histogram,
                     const SharedBounds& bounds, LabelViews labels, ExpositionWriter& writer) {
  std::vector<std::uint64_t> cumulative;
  for (const auto& bucket : histogram.bucket) cumulative.push_back(bucket.cumulative_count);
  writer.Histogram(labels, {.bounds = bounds.values,
                            .le = bounds.le,
                            .cumulative = cumulative,
                            .sum = histogram.sample_sum});
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
  const SharedBounds bounds(collected.family);
  for (const auto& [values, metric] : metrics) {
    const std::vector<LabelView> labels(values.begin(), values.end());
    if (description.type == MetricType::kHistogram) {
      RenderHistogram(metric->histogram, bounds, labels, writer);
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
  ExporterFamilies(const ExporterStatus& status, const BuildInfo& build_info,
                   std::vector<ProcessMetric> process)
      : status_(status), build_info_(build_info), process_(std::move(process)) {}

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
  const std::vector<ProcessMetric> process_;
};

}  // namespace

// What an exposition is made of besides the state.
class Exposition::Sheet {
 public:
  explicit Sheet(const Exposition& exposition)
      : sources_(exposition.sources_),
        collected_(sources_.self_metrics.Collect()),
        exporter_(
            sources_.status, sources_.build_info,
            sources_.process_metrics ? exposition.process_.Read() : std::vector<ProcessMetric>()) {}

  void Render(const StateView& state, Writers writers) const {
    const SeriesBudgets budgets = MakeBudgets(state, collected_, sources_.bounds.values().size());
    for (ExpositionWriter* writer : writers) {
      for (const MetricDescription& description : Catalogue()) {
        if (!RenderStateFamily(description.metric, state, budgets, *writer)) {
          RenderOther(description.metric, *writer);
        }
      }
      writer->Finish();
    }
  }

 private:
  void RenderOther(Metric metric, ExpositionWriter& writer) const {
    const auto found = std::ranges::find(collected_, metric, &SelfMetrics::CollectedFamily::metric);
    if (found != collected_.end()) {
      RenderCollected(*found, writer);
    } else {
      exporter_.Render(metric, writer);
    }
  }

  const Sources& sources_;
  const CollectedFamilies collected_;
  const ExporterFamilies exporter_;
};

bool Exposition::Render(Writers writers) {
  const Sheet sheet(*this);
  return sources_.state.ReadForExposition(
      [&](const StateView& state) { sheet.Render(state, writers); });
}

void Exposition::RenderAgain(Writers writers) const {
  const Sheet sheet(*this);
  sources_.state.Read([&](const StateView& state) { sheet.Render(state, writers); });
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
