// What a renderer says to a format: the samples of a family, then what stands before them.
//
// The bytes of a sample depend on nothing but its family and itself, so that they can be kept.
// Thread-safety: a writer belongs to one thread.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "collectors/base/clock.h"
#include "exporter/exposition/byte_buffer.h"
#include "exporter/history/duration_histogram.h"
#include "exporter/metrics/catalogue.h"
#include "exporter/metrics/label_value.h"

namespace cckm {

// Label values in the order of the family's labels.
using LabelViews = std::span<const LabelView>;

class ExpositionWriter {
 public:
  virtual ~ExpositionWriter() = default;

  // Starts a family, which writes nothing by itself.
  virtual void BeginFamily(const MetricDescription& description) = 0;

  // A gauge or counter of the current family.
  virtual void Sample(LabelViews labels, double value) = 0;

  // One sample for each value of the family's last label, which `labels` leaves out.
  // REQUIRES: as many numbers as values; for the whole family the same array of values.
  virtual void Samples(LabelViews labels, std::span<const std::string_view> last_label_values,
                       std::span<const double> numbers) = 0;

  // Like Sample() and Samples(), of counters that began to count at `created_at`, if that is known.
  virtual void Counter(LabelViews labels, double value,
                       const std::optional<WallTime>& /*created_at*/) {
    Sample(labels, value);
  }
  virtual void Counters(LabelViews labels, std::span<const std::string_view> last_label_values,
                        std::span<const double> numbers,
                        const std::optional<WallTime>& /*created_at*/) {
    Samples(labels, last_label_values, numbers);
  }

  // A state set: Samples() of which the one at `active` is 1 and the others are 0.
  virtual void StateSet(LabelViews labels, std::span<const std::string_view> states,
                        std::size_t active) = 0;

  // REQUIRES: for the whole family the same array `le`.
  virtual void Histogram(LabelViews labels, const HistogramView& histogram) = 0;

  // Appends what stands before the samples of the current family, which take so many bytes: more
  // than 0, since a family without a sample leaves no trace.
  virtual void AppendHeader(std::size_t sample_bytes, ByteBuffer& out) const = 0;

  // Appends what ends an exposition.
  virtual void AppendEnd(ByteBuffer& out) const = 0;
};

}  // namespace cckm
