// A histogram of refresh durations: prometheus-cpp's, kept from values that would poison it.
//
// Thread-safety: as its owner says; reading while another thread observes is not allowed.

#pragma once

#include <prometheus/histogram.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collectors/base/clock.h"
#include "exporter/history/exemplar.h"
#include "exporter/history/native_buckets.h"

namespace cckm {

// Upper bounds shared by all histograms of a kind, with their text for the label `le`.
class BucketBounds {
 public:
  // REQUIRES: ascending, finite.
  explicit BucketBounds(std::vector<double> bounds);

  const std::vector<double>& values() const { return values_; }
  // The bounds as Prometheus writes floats ("1.0", "0.005"), followed by "+Inf".
  std::span<const std::string> texts() const { return texts_; }

 private:
  std::vector<double> values_;
  std::vector<std::string> texts_;
};

// A float as a value of `le`: always with a point or an exponent, or "+Inf".
std::string LeText(double bound);

// What a writer needs of a histogram.  buckets are cumulative, one more than bounds.
struct HistogramView {
  std::span<const double> bounds;
  std::span<const std::string> le;
  std::span<const std::uint64_t> cumulative;
  double sum = 0;
  std::span<const Exemplar> exemplars = {};        // at most one a bucket, in their order
  LabelView exemplar_domain = std::string_view();  // of those that name no domain
  std::optional<WallTime> created_at = {};         // since when it counts
  const NativeBuckets* native = nullptr;           // null where it is classic only
};

// What an observation was made of.
struct ObservationContext {
  WallTime counted_at{};  // by our clock
  std::string_view refresh_id = {};
  std::string_view domain_id =
      {};                  // empty where the refresh has several, or the histogram's has one
  WallTime finished_at{};  // by the appliance's clock
};

class DurationHistogram {
 public:
  // `bounds` outlives this.
  explicit DurationHistogram(const BucketBounds& bounds);
  DurationHistogram(DurationHistogram&& other) noexcept;
  DurationHistogram& operator=(DurationHistogram&& other) noexcept;
  ~DurationHistogram();

  // The exemplar of its bucket becomes this one, unless the bucket has a later one.
  // REQUIRES: not negative.
  void Observe(Nanoseconds duration, const ObservationContext& context);

  // Makes what was observed before a restart the exemplar of its bucket.
  void RestoreExemplar(Nanoseconds duration, const ObservationContext& context);

  // What was observed, but for the exemplars: how often in each bucket, not cumulative, the last
  // one for +Inf; the sum in seconds; when the first one was counted; and the native buckets.
  struct Observations {
    std::vector<std::uint64_t> counts;
    double sum_seconds = 0;
    std::optional<WallTime> created_at;
    NativeBuckets native;

    friend bool operator==(const Observations&, const Observations&) = default;
  };
  Observations Save() const;
  // Adds what was saved from a histogram of the same bounds.
  void Restore(const Observations& saved);

  // Writes the view's cumulative counts into `scratch`, which the view then points into.
  HistogramView View(std::vector<std::uint64_t>& scratch) const;
  // The view of a histogram of the same bounds without an observation.
  HistogramView EmptyView(std::vector<std::uint64_t>& scratch) const;

 private:
  struct Observed;

  Observed& MakeObserved();
  Exemplar ExemplarOf(Nanoseconds duration, const ObservationContext& context) const;

  const BucketBounds* bounds_;
  // Made by the first observation: most domains of a large appliance wait long for theirs.
  std::unique_ptr<Observed> observed_;
};

}  // namespace cckm
