// What a writer writes, as an exposition: each family that has a sample behind its header.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "exporter/exposition/byte_buffer.h"
#include "exporter/exposition/exposition_writer.h"

namespace cckm {

template <typename Writer>
class WholeExposition final : public ExpositionWriter {
 public:
  template <typename... Options>
  explicit WholeExposition(Options... options) : writer_(samples_, options...) {}

  void BeginFamily(const MetricDescription& description) override {
    EndFamily();
    writer_.BeginFamily(description);
  }
  void Sample(LabelViews labels, double value) override { writer_.Sample(labels, value); }
  void Samples(LabelViews labels, std::span<const std::string_view> last_label_values,
               std::span<const double> numbers) override {
    writer_.Samples(labels, last_label_values, numbers);
  }
  void Counter(LabelViews labels, double value,
               const std::optional<WallTime>& created_at) override {
    writer_.Counter(labels, value, created_at);
  }
  void Counters(LabelViews labels, std::span<const std::string_view> last_label_values,
                std::span<const double> numbers,
                const std::optional<WallTime>& created_at) override {
    writer_.Counters(labels, last_label_values, numbers, created_at);
  }
  void StateSet(LabelViews labels, std::span<const std::string_view> states,
                std::size_t active) override {
    writer_.StateSet(labels, states, active);
  }
  void Histogram(LabelViews labels, const HistogramView& histogram) override {
    writer_.Histogram(labels, histogram);
  }
  void AppendHeader(std::size_t sample_bytes, ByteBuffer& out) const override {
    writer_.AppendHeader(sample_bytes, out);
  }
  void AppendEnd(ByteBuffer& out) const override { writer_.AppendEnd(out); }

  // The whole of it.
  std::string Finish() {
    EndFamily();
    writer_.AppendEnd(whole_);
    return std::string(whole_.view());
  }

 private:
  void EndFamily() {
    if (samples_.size() == 0) return;
    writer_.AppendHeader(samples_.size(), whole_);
    whole_.Append(samples_.view());
    samples_.clear();
  }

  ByteBuffer samples_;
  ByteBuffer whole_;
  Writer writer_;
};

}  // namespace cckm
