#include "exporter/exposition/exposition.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>

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
                     const SharedBounds& bounds, LabelViews labels,
                     const std::optional<WallTime>& created_at, ExpositionWriter& writer) {
  std::vector<std::uint64_t> cumulative;
  for (const auto& bucket : histogram.bucket) cumulative.push_back(bucket.cumulative_count);
  writer.Histogram(labels, {.bounds = bounds.values,
                            .le = bounds.le,
                            .cumulative = cumulative,
                            .sum = histogram.sample_sum,
                            .created_at = created_at});
}

void RenderCollected(const SelfMetrics::CollectedFamily& collected, ExpositionWriter& writer) {
  const MetricDescription& description = Describe(collected.metric);
  writer.BeginFamily(description);
  std::vector<std::pair<std::vector<LabelValue>, std::size_t>> metrics;
  for (const auto& metric : collected.family.metric) {
    metrics.emplace_back(LabelsOf(metric, description), metrics.size());
  }
  // prometheus-cpp keeps its series in no order of its own.
  std::ranges::sort(metrics, [](const auto& a, const auto& b) {
    return std::ranges::lexicographical_compare(a.first, b.first, {}, &LabelValue::text,
                                                &LabelValue::text);
  });
  const SharedBounds bounds(collected.family);
  for (const auto& [values, position] : metrics) {
    const std::vector<LabelView> labels(values.begin(), values.end());
    const prometheus::ClientMetric& metric = collected.family.metric[position];
    const std::optional<WallTime>& created_at = collected.created_at[position];
    if (description.type == MetricType::kHistogram) {
      RenderHistogram(metric.histogram, bounds, labels, created_at, writer);
    } else {
      writer.Counter(labels, metric.counter.value, created_at);
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
  ExporterFamilies(const Exposition::Sources& sources, const ProcessMetrics& process)
      : status_(sources.status),
        build_info_(sources.build_info),
        shard_(sources.shard),
        process_began_at_(process.began_at()) {
    if (sources.process_metrics) process_ = process.Read();
  }

  void Render(Metric metric, std::size_t targets, ExpositionWriter& writer) const {
    const MetricDescription& description = Describe(metric);
    writer.BeginFamily(description);
    if (metric == Metric::kBuildInfo) {
      const std::array values = {LabelValue(build_info_.version), LabelValue(build_info_.revision),
                                 LabelValue(build_info_.compiler)};
      writer.Sample(std::vector<LabelView>(values.begin(), values.end()), 1);
    } else if (const auto value = ValueOf(metric, targets)) {
      if (description.type == MetricType::kCounter) {
        writer.Counter({}, *value, process_began_at_);
      } else {
        writer.Sample({}, *value);
      }
    }
  }

 private:
  std::optional<double> ValueOf(Metric metric, std::size_t targets) const {
    switch (metric) {
      case Metric::kExporterTargets:
        return static_cast<double>(targets);
      case Metric::kExporterShardIndex:
        return shard_.index;
      case Metric::kExporterShardCount:
        return shard_.count;
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
  const Shard shard_;
  const std::optional<WallTime> process_began_at_;
  std::vector<ProcessMetric> process_;
};

}  // namespace

// What an exposition is made of besides the state.
class Exposition::Rendering {
 public:
  explicit Rendering(const Exposition& exposition)
      : sources_(exposition.sources_),
        collected_(sources_.self_metrics.Collect()),
        exporter_(sources_, exposition.process_) {}

  void Render(const StateView& state, Writers writers) const {
    const SeriesBudgets budgets = MakeBudgets(state, collected_, sources_.bounds.values().size());
    for (ExpositionWriter* writer : writers) {
      for (const MetricDescription& description : Catalogue()) {
        if (!RenderStateFamily(description.metric, state, budgets, *writer)) {
          RenderOther(description.metric, state.targets.size(), *writer);
        }
      }
      writer->Finish();
    }
  }

 private:
  void RenderOther(Metric metric, std::size_t targets, ExpositionWriter& writer) const {
    const auto found = std::ranges::find(collected_, metric, &SelfMetrics::CollectedFamily::metric);
    if (found != collected_.end()) {
      RenderCollected(*found, writer);
    } else {
      exporter_.Render(metric, targets, writer);
    }
  }

  const Sources& sources_;
  const CollectedFamilies collected_;
  const ExporterFamilies exporter_;
};

Exposition::Rendered Exposition::Render(Writers writers) {
  const Rendering sheet(*this);
  Rendered rendered;
  rendered.is_complete = sources_.state.ReadForExposition([&](const StateView& state) {
    sheet.Render(state, writers);
    rendered.updates = state.updates;
  });
  return rendered;
}

Exposition::Rendered Exposition::RenderAgain(Writers writers) const {
  const Rendering sheet(*this);
  Rendered rendered;
  sources_.state.Read([&](const StateView& state) {
    sheet.Render(state, writers);
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
