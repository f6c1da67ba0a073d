// The protobuf format: one io.prometheus.client.MetricFamily after another, each behind its length.
//
// The one format with native histograms and with the times since when counters and histograms
// count.  The one place that knows protozero.
// Source: client_model, io/prometheus/client/metrics.proto; Prometheus documentation, "Exposition
// formats", protobuf format.
// Thread-safety: belongs to one thread.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/exposition/byte_buffer.h"
#include "exporter/exposition/exposition_writer.h"

namespace cckm {

enum class NativeHistograms : std::uint8_t { kNo, kYes };

class ProtobufWriter final : public ExpositionWriter {
 public:
  // Appends samples to `out`, which outlives this.  With native histograms those histograms that
  // have native buckets carry them beside the classic ones.
  ProtobufWriter(ByteBuffer& out, NativeHistograms native)
      : out_(out), with_native_(native == NativeHistograms::kYes) {}

  void BeginFamily(const MetricDescription& description) override;
  void Sample(LabelViews labels, double value) override;
  void Samples(LabelViews labels, std::span<const std::string_view> last_label_values,
               std::span<const double> numbers) override;
  void Counter(LabelViews labels, double value, const std::optional<WallTime>& created_at) override;
  void Counters(LabelViews labels, std::span<const std::string_view> last_label_values,
                std::span<const double> numbers,
                const std::optional<WallTime>& created_at) override;
  void StateSet(LabelViews labels, std::span<const std::string_view> states,
                std::size_t active) override;
  void Histogram(LabelViews labels, const HistogramView& histogram) override;
  void AppendHeader(std::size_t sample_bytes, ByteBuffer& out) const override;
  void AppendEnd(ByteBuffer& /*out*/) const override {}

 private:
  // Sets labels_ to the fields of the metric that its labels are.
  void MakeLabels(LabelViews labels);
  // Sets last_labels_ to the field that each value of the last label is.
  void MakeLastLabels(std::span<const std::string_view> values);
  // A metric whose last label is ready made, or part of labels_; `created`: the field of a counter
  // that says since when it counts, or nothing.
  void WriteNumber(std::string_view last_label, double value, std::string_view created = {});

  ByteBuffer& out_;
  const bool with_native_;
  const MetricDescription* family_ = nullptr;
  std::string labels_;
  std::vector<std::string> last_labels_;  // of the family; empty until they are needed
  std::string metric_;
};

}  // namespace cckm
