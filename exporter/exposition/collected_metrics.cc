#include "exporter/exposition/collected_metrics.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "exporter/history/duration_histogram.h"
#include "exporter/metrics/label_value.h"

namespace cckm {
namespace {

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

}  // namespace

bool RenderCollectedFamily(Metric metric, const CollectedFamilies& families,
                           ExpositionWriter& writer) {
  const auto found = std::ranges::find(families, metric, &SelfMetrics::CollectedFamily::metric);
  if (found == families.end()) return false;
  RenderCollected(*found, writer);
  return true;
}

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

}  // namespace cckm
