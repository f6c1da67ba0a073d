#include "exporter/history/duration_histogram.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace cckm {
namespace {

const NativeBuckets& NoBuckets() {
  static const NativeBuckets kNone;
  return kNone;
}

}  // namespace

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

struct DurationHistogram::Observed {
  explicit Observed(const BucketBounds& bounds) : classic(bounds.values()) {}

  void Keep(Exemplar exemplar);

  prometheus::Histogram classic;
  NativeBuckets native;
  std::vector<Exemplar> exemplars;
  std::optional<WallTime> created_at;
};

void DurationHistogram::Observed::Keep(Exemplar exemplar) {
  const auto at = std::ranges::lower_bound(exemplars, exemplar.bucket, {}, &Exemplar::bucket);
  if (at == exemplars.end() || at->bucket != exemplar.bucket) {
    exemplars.insert(at, std::move(exemplar));
  } else if (at->at <= exemplar.at) {
    *at = std::move(exemplar);
  }
}

DurationHistogram::DurationHistogram(const BucketBounds& bounds) : bounds_(&bounds) {}
DurationHistogram::DurationHistogram(DurationHistogram&& other) noexcept = default;
DurationHistogram& DurationHistogram::operator=(DurationHistogram&& other) noexcept = default;
DurationHistogram::~DurationHistogram() = default;

DurationHistogram::Observed& DurationHistogram::MakeObserved() {
  if (!observed_) observed_ = std::make_unique<Observed>(*bounds_);
  return *observed_;
}

void DurationHistogram::Observe(Nanoseconds duration, const ObservationContext& context) {
  Observed& observed = MakeObserved();
  const double seconds = ToSeconds(duration);
  observed.classic.Observe(seconds);
  observed.native.Observe(seconds);
  if (!observed.created_at) observed.created_at = context.counted_at;
  observed.Keep(ExemplarOf(duration, context));
}

void DurationHistogram::RestoreExemplar(Nanoseconds duration, const ObservationContext& context) {
  MakeObserved().Keep(ExemplarOf(duration, context));
}

Exemplar DurationHistogram::ExemplarOf(Nanoseconds duration,
                                       const ObservationContext& context) const {
  const double seconds = ToSeconds(duration);
  const auto bucket = std::ranges::lower_bound(bounds_->values(), seconds);
  return {.bucket = static_cast<std::size_t>(bucket - bounds_->values().begin()),
          .refresh_id = LabelValue(context.refresh_id),
          .domain_id = LabelValue(context.domain_id),
          .value = seconds,
          .at = context.finished_at};
}

DurationHistogram::Observations DurationHistogram::Save() const {
  Observations saved;
  const HistogramView view = View(saved.counts);
  saved.sum_seconds = view.sum;
  std::adjacent_difference(saved.counts.begin(), saved.counts.end(), saved.counts.begin());
  if (!observed_) return saved;
  saved.created_at = observed_->created_at;
  saved.native = observed_->native;
  return saved;
}

void DurationHistogram::Restore(const Observations& saved) {
  Observed& observed = MakeObserved();
  observed.classic.ObserveMultiple({saved.counts.begin(), saved.counts.end()}, saved.sum_seconds);
  observed.native.AddZeros(saved.native.zeros());
  for (const auto& [index, count] : saved.native.buckets()) observed.native.Add(index, count);
  if (!observed.created_at) observed.created_at = saved.created_at;
}

HistogramView DurationHistogram::EmptyView(std::vector<std::uint64_t>& scratch) const {
  scratch.assign(bounds_->texts().size(), 0);
  return {.bounds = bounds_->values(),
          .le = bounds_->texts(),
          .cumulative = scratch,
          .native = &NoBuckets()};
}

HistogramView DurationHistogram::View(std::vector<std::uint64_t>& scratch) const {
  HistogramView view = EmptyView(scratch);
  if (!observed_) return view;
  const prometheus::ClientMetric::Histogram collected = observed_->classic.Collect().histogram;
  for (std::size_t i = 0; i < scratch.size(); ++i) {
    scratch[i] = collected.bucket[i].cumulative_count;
  }
  view.sum = collected.sample_sum;
  view.exemplars = observed_->exemplars;
  view.created_at = observed_->created_at;
  view.native = &observed_->native;
  return view;
}

}  // namespace cckm
