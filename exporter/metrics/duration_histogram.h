// A histogram of refresh durations: prometheus-cpp's, kept from values that would poison it.
//
// Thread-safety: as its owner says; reading while another thread observes is not allowed.

#pragma once

#include <prometheus/histogram.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "collectors/base/clock.h"

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
  std::span<const std::string> le;
  std::span<const std::uint64_t> cumulative;
  double sum = 0;
};

class DurationHistogram {
 public:
  // `bounds` outlives this.
  explicit DurationHistogram(const BucketBounds& bounds) : bounds_(&bounds) {}

  // REQUIRES: not negative.
  void Observe(Nanoseconds duration);

  // What was observed: how often in each bucket, not cumulative, the last one for +Inf; and the sum
  // in seconds.
  struct Observations {
    std::vector<std::uint64_t> counts;
    double sum_seconds = 0;

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
  const BucketBounds* bounds_;
  // Made by the first observation: most domains of a large appliance wait long for theirs.
  std::unique_ptr<prometheus::Histogram> histogram_;
};

}  // namespace cckm
