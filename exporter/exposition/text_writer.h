// The text format 0.0.4 of Prometheus.
//
// Source: Prometheus documentation, "Exposition formats", text format details.
// Thread-safety: belongs to one thread.

#pragma once

#include "exporter/exposition/byte_buffer.h"
#include "exporter/exposition/exposition_writer.h"

namespace cckm {

inline constexpr std::string_view kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

class TextWriter final : public ExpositionWriter {
 public:
  // Appends to `out`, which outlives this.
  explicit TextWriter(ByteBuffer& out) : out_(out) {}

  void BeginFamily(const MetricDescription& description) override;
  void Sample(LabelViews labels, double value) override;
  void Samples(LabelViews labels, std::span<const std::string_view> last_label_values,
               std::span<const double> numbers) override;
  void StateSet(LabelViews labels, std::span<const std::string_view> states,
                std::size_t active) override;
  void Histogram(LabelViews labels, const HistogramView& histogram) override;

 private:
  void WriteHeaderOnce();
  // Sets prefix_ to `name{label="value",...` without the closing brace, or to `name`.
  void MakePrefix(std::string_view name_suffix, LabelViews labels);
  void WriteLine(std::string_view label_name, std::string_view label_value, double value);

  ByteBuffer& out_;
  const MetricDescription* family_ = nullptr;
  bool header_written_ = false;
  ByteBuffer prefix_;
  bool prefix_has_labels_ = false;
};

// Appends a value as Prometheus reads it: the shortest decimal that gives the same double.
void AppendNumber(ByteBuffer& out, double value);

}  // namespace cckm
