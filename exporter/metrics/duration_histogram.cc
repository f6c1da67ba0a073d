#include "exporter/metrics/duration_histogram.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace cckm {

std::string LeText(double bound) {
  if (std::isinf(bound)) return "+Inf";
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.begin(), buffer.end(), bound).ptr;
  std::string text(buffer.begin(), end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

BucketBounds::BucketBounds(std::vector<double> bounds) : values_(std::move(bounds)) {
  for (const double bound : values_) texts_.push_back(LeText(bound));
  texts_.push_back(LeText(std::numeric_limits<double>::infinity()));
}

void DurationHistogram::Observe(Nanoseconds duration) {
  if (!histogram_) histogram_ = std::make_unique<prometheus::Histogram>(bounds_->values());
  histogram_->Observe(ToSeconds(duration));
}

DurationHistogram::Observations DurationHistogram::Save() const {
  Observations saved;
  const HistogramView view = View(saved.counts);
  saved.sum_seconds = view.sum;
  std::adjacent_difference(saved.counts.begin(), saved.counts.end(), saved.counts.begin());
  return saved;
}

void DurationHistogram::Restore(const Observations& saved) {
  if (!histogram_) histogram_ = std::make_unique<prometheus::Histogram>(bounds_->values());
  histogram_->ObserveMultiple({saved.counts.begin(), saved.counts.end()}, saved.sum_seconds);
}

HistogramView DurationHistogram::EmptyView(std::vector<std::uint64_t>& scratch) const {
  scratch.assign(bounds_->texts().size(), 0);
  return {bounds_->texts(), scratch, 0};
}

HistogramView DurationHistogram::View(std::vector<std::uint64_t>& scratch) const {
  const HistogramView empty = EmptyView(scratch);
  if (!histogram_) return empty;
  const prometheus::ClientMetric::Histogram collected = histogram_->Collect().histogram;
  for (std::size_t i = 0; i < scratch.size(); ++i) {
    scratch[i] = collected.bucket[i].cumulative_count;
  }
  return {bounds_->texts(), scratch, collected.sample_sum};
}

}  // namespace cckm
