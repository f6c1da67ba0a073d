// The text format 0.0.4 of Prometheus.
//
// Source: Prometheus documentation, "Exposition formats", text format details.
// Thread-safety: belongs to one thread.

#pragma once

#include <string>
#include <string_view>
#include <vector>

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
  enum class LastLabel { kGiven, kFollows };
  // Sets prefix_ to what all lines of one object begin with: `name{label="value",...`, and where
  // one more label follows in each line, its name too.
  void MakePrefix(std::string_view name_suffix, LabelViews labels, LastLabel last_label);
  void WriteLine(std::string_view last_label_value, double value);

  ByteBuffer& out_;
  const MetricDescription* family_ = nullptr;
  bool header_written_ = false;
  // What comes before the value of each label of the family, and of the label `le` where it is a
  // histogram: `{target="`, `",cloud="`.
  std::vector<std::string> openings_;
  ByteBuffer prefix_;
  bool has_labels_ = false;
};

// Appends a value as Prometheus reads it: the shortest decimal that gives the same double.
void AppendNumber(ByteBuffer& out, double value);

}  // namespace cckm
