// The text formats: Prometheus' 0.0.4, and OpenMetrics 1.0.0, which has exemplars.
//
// Source: Prometheus documentation, "Exposition formats", text format details; OpenMetrics 1.0.0.
// Thread-safety: belongs to one thread.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/exposition/byte_buffer.h"
#include "exporter/exposition/exposition_writer.h"

namespace cckm {

enum class TextDialect : std::uint8_t { kPrometheus, kOpenMetrics };

class TextWriter final : public ExpositionWriter {
 public:
  // Appends samples to `out`, which outlives this.
  explicit TextWriter(ByteBuffer& out, TextDialect dialect = TextDialect::kPrometheus)
      : out_(out), dialect_(dialect) {}

  void BeginFamily(const MetricDescription& description) override;
  void Sample(LabelViews labels, double value) override;
  void Samples(LabelViews labels, std::span<const std::string_view> last_label_values,
               std::span<const double> numbers) override;
  void StateSet(LabelViews labels, std::span<const std::string_view> states,
                std::size_t active) override;
  void Histogram(LabelViews labels, const HistogramView& histogram) override;
  void AppendHeader(std::size_t sample_bytes, ByteBuffer& out) const override;
  void AppendEnd(ByteBuffer& out) const override;

 private:
  void WriteBuckets(const HistogramView& histogram);
  void WriteExemplar(const Exemplar& exemplar, const LabelView& domain_id);
  // What follows the prefix in a line, up to the number: the value of the last label and the end of
  // the labels.  Copied with what comes after it, which is faster than its very length.
  struct Tail {
    const char* text;
    std::size_t size;
  };

  // Sets prefix_ to what all lines of one object begin with: `name{label="value",...`.
  void MakePrefix(std::string_view name_suffix, LabelViews labels);
  // What one more label follows, whose value the tails have.
  void OpenLastLabel(LabelViews labels) { prefix_.Append(openings_[labels.size()]); }
  void CloseLabels(LabelViews labels) { prefix_.Append(labels.empty() ? " " : "\"} "); }
  template <typename Texts>
  void MakeTails(const Texts& last_label_values);
  void WriteLine(const Tail& tail, double value);
  void WriteLine(double value);

  ByteBuffer& out_;
  const TextDialect dialect_;
  const MetricDescription* family_ = nullptr;
  // What comes before the value of each label of the family, and of the label `le` where it is a
  // histogram: `{target="`, `",cloud="`.
  std::vector<std::string> openings_;
  ByteBuffer prefix_;
  std::string tail_texts_;
  std::vector<Tail> tails_;  // of the family; empty until they are needed
};

// Appends a value as Prometheus reads it: the shortest decimal that gives the same double.
void AppendNumber(ByteBuffer& out, double value);

}  // namespace cckm
