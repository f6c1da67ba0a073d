#include "exporter/exposition/protobuf_writer.h"

#include <array>
#include <bit>
#include <chrono>
#include <limits>
#include <protozero/pbf_builder.hpp>
#include <protozero/varint.hpp>
#include <vector>

namespace cckm {
namespace {

// Field numbers of metrics.proto and of google.protobuf.Timestamp.

enum class Family : protozero::pbf_tag_type { kName = 1, kHelp = 2, kType = 3, kMetric = 4 };
enum class MetricField : protozero::pbf_tag_type {
  kLabel = 1,
  kGauge = 2,
  kCounter = 3,
  kHistogram = 7
};
enum class Pair : protozero::pbf_tag_type { kName = 1, kValue = 2 };
enum class Value : protozero::pbf_tag_type { kValue = 1 };
enum class CounterField : protozero::pbf_tag_type { kCreated = 3 };
enum class HistogramField : protozero::pbf_tag_type {
  kCount = 1,
  kSum = 2,
  kBucket = 3,
  kSchema = 5,
  kZeroThreshold = 6,
  kZeroCount = 7,
  kPositiveSpan = 12,
  kPositiveDelta = 13,
  kCreated = 15,
  kExemplar = 16
};
enum class BucketField : protozero::pbf_tag_type { kCount = 1, kUpperBound = 2, kExemplar = 3 };
enum class SpanField : protozero::pbf_tag_type { kOffset = 1, kLength = 2 };
enum class ExemplarField : protozero::pbf_tag_type { kLabel = 1, kValue = 2, kTime = 3 };
enum class TimeField : protozero::pbf_tag_type { kSeconds = 1, kNanoseconds = 2 };

// metrics.proto's MetricType, in the order of ours.
constexpr std::array<std::int32_t, 3> kTypes = {1, 0, 4};

template <typename Parent, typename Field>
void AddPair(Parent& parent, Field field, std::string_view name, std::string_view value) {
  protozero::pbf_builder<Pair> pair(parent, field);
  pair.add_bytes(Pair::kName, name.data(), name.size());
  pair.add_bytes(Pair::kValue, value.data(), value.size());
}

template <typename Parent, typename Field>
void AddTime(Parent& parent, Field field, WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  protozero::pbf_builder<TimeField> message(parent, field);
  message.add_int64(TimeField::kSeconds, seconds.time_since_epoch().count());
  message.add_int32(TimeField::kNanoseconds, static_cast<std::int32_t>((time - seconds).count()));
}

// At most 18 bytes, so that the length of a counter is always a single one.
std::string CreatedField(const std::optional<WallTime>& created_at) {
  std::string field;
  if (!created_at) return field;
  protozero::pbf_builder<CounterField> counter(field);
  AddTime(counter, CounterField::kCreated, *created_at);
  return field;
}

using HistogramBuilder = protozero::pbf_builder<HistogramField>;

template <typename Parent, typename Field>
void AddExemplar(Parent& parent, Field field, const Exemplar& exemplar,
                 const LabelView& domain_id) {
  const std::vector<ExemplarLabel> labels = LabelsOf(exemplar, domain_id);
  if (labels.empty()) return;
  protozero::pbf_builder<ExemplarField> message(parent, field);
  for (const ExemplarLabel& label : labels) {
    AddPair(message, ExemplarField::kLabel, label.name, label.value.text);
  }
  message.add_double(ExemplarField::kValue, exemplar.value);
  AddTime(message, ExemplarField::kTime, exemplar.at);
}

void AddClassicBuckets(HistogramBuilder& message, const HistogramView& histogram) {
  auto exemplar = histogram.exemplars.begin();
  for (std::size_t i = 0; i < histogram.cumulative.size(); ++i) {
    protozero::pbf_builder<BucketField> bucket(message, HistogramField::kBucket);
    bucket.add_uint64(BucketField::kCount, histogram.cumulative[i]);
    bucket.add_double(BucketField::kUpperBound, i < histogram.bounds.size()
                                                    ? histogram.bounds[i]
                                                    : std::numeric_limits<double>::infinity());
    if (exemplar == histogram.exemplars.end() || exemplar->bucket != i) continue;
    AddExemplar(bucket, BucketField::kExemplar, *exemplar++, histogram.exemplar_domain);
  }
}

void AddSpan(HistogramBuilder& message, std::int32_t offset, std::uint32_t length) {
  protozero::pbf_builder<SpanField> span(message, HistogramField::kPositiveSpan);
  span.add_sint32(SpanField::kOffset, offset);
  span.add_uint32(SpanField::kLength, length);
}

// A span is a run of neighbouring indices; its offset is the distance from the end of the one
// before, of the first one from 0.  One of length 0 says that a histogram without observations is
// native.
void AddSpans(HistogramBuilder& message, std::span<const NativeBuckets::Bucket> buckets) {
  std::int32_t next_index = 0;
  for (std::size_t begin = 0; begin < buckets.size();) {
    std::size_t end = begin + 1;
    while (end < buckets.size() && buckets[end].index == buckets[end - 1].index + 1) ++end;
    AddSpan(message, buckets[begin].index - next_index, static_cast<std::uint32_t>(end - begin));
    next_index = buckets[end - 1].index + 1;
    begin = end;
  }
  if (buckets.empty()) AddSpan(message, 0, 0);
}

// The exemplars of the classic buckets stand here once more: a reader that keeps native buckets
// may look at these alone.
void AddNativeBuckets(HistogramBuilder& message, const HistogramView& histogram) {
  const NativeBuckets& native = *histogram.native;
  message.add_sint32(HistogramField::kSchema, NativeBuckets::kSchema);
  message.add_double(HistogramField::kZeroThreshold, NativeBuckets::kZeroThreshold);
  message.add_uint64(HistogramField::kZeroCount, native.zeros());
  AddSpans(message, native.buckets());
  std::vector<std::int64_t> deltas;
  std::int64_t previous = 0;
  for (const NativeBuckets::Bucket& bucket : native.buckets()) {
    const auto count = static_cast<std::int64_t>(bucket.count);
    deltas.push_back(count - previous);
    previous = count;
  }
  message.add_packed_sint64(HistogramField::kPositiveDelta, deltas.begin(), deltas.end());
  for (const Exemplar& exemplar : histogram.exemplars) {
    AddExemplar(message, HistogramField::kExemplar, exemplar, histogram.exemplar_domain);
  }
}

void AppendVarint(ByteBuffer& out, std::uint64_t number) {
  out.Reserve(protozero::max_varint_length);
  char* const begin = out.end();
  out.Advance(static_cast<std::size_t>(protozero::write_varint(begin, number)));
}

// What comes before the fields of a metric, which have so many bytes.
void AppendMetricHead(ByteBuffer& out, std::size_t bytes) {
  constexpr std::uint64_t kTag =
      static_cast<std::uint64_t>(Family::kMetric) << 3U |
      static_cast<std::uint64_t>(protozero::pbf_wire_type::length_delimited);
  AppendVarint(out, kTag);
  AppendVarint(out, bytes);
}

}  // namespace

void ProtobufWriter::BeginFamily(const MetricDescription& description) {
  family_ = &description;
  last_labels_.clear();
}

void ProtobufWriter::AppendHeader(std::size_t sample_bytes, ByteBuffer& out) const {
  std::string header;
  protozero::pbf_builder<Family> message(header);
  message.add_bytes(Family::kName, family_->name.data(), family_->name.size());
  message.add_bytes(Family::kHelp, family_->help.data(), family_->help.size());
  message.add_enum(Family::kType, kTypes[static_cast<std::size_t>(family_->type)]);
  AppendVarint(out, header.size() + sample_bytes);
  out.Append(header);
}

void ProtobufWriter::MakeLabels(LabelViews labels) {
  labels_.clear();
  protozero::pbf_builder<MetricField> message(labels_);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    AddPair(message, MetricField::kLabel, family_->labels[i], labels[i].text);
  }
}

void ProtobufWriter::MakeLastLabels(std::span<const std::string_view> values) {
  if (!last_labels_.empty()) return;
  const std::string_view name = family_->labels[family_->label_count() - 1];
  for (const std::string_view value : values) {
    protozero::pbf_builder<MetricField> message(last_labels_.emplace_back());
    AddPair(message, MetricField::kLabel, name, value);
  }
}

// Gauge and Counter both have a double as their first field.  This runs once for each
// of up to millions of series: it puts ready made parts together.
void ProtobufWriter::WriteNumber(std::string_view last_label, double value,
                                 std::string_view created) {
  const bool is_counter = family_->type == MetricType::kCounter;
  const auto field = static_cast<char>(is_counter ? MetricField::kCounter : MetricField::kGauge);
  constexpr char kMessage = static_cast<char>(protozero::pbf_wire_type::length_delimited);
  constexpr char kDouble = static_cast<char>(protozero::pbf_wire_type::fixed64);
  constexpr std::size_t kHead = 3;  // field, length, field of the double
  const auto length = static_cast<char>(1 + sizeof(double) + created.size());
  std::array<char, kHead + sizeof(double)> number = {static_cast<char>(field << 3 | kMessage),
                                                     length, 1 << 3 | kDouble};
  auto bits = std::bit_cast<std::uint64_t>(value);
  for (std::size_t i = kHead; i < number.size(); ++i, bits >>= 8U) {
    number[i] = static_cast<char>(bits & 0xFFU);
  }
  const std::string_view number_field(number.data(), number.size());
  AppendMetricHead(out_, labels_.size() + last_label.size() + number_field.size() + created.size());
  out_.Append(labels_);
  out_.Append(last_label);
  out_.Append(number_field);
  out_.Append(created);
}

void ProtobufWriter::Sample(LabelViews labels, double value) {
  MakeLabels(labels);
  WriteNumber("", value);
}

void ProtobufWriter::Counter(LabelViews labels, double value,
                             const std::optional<WallTime>& created_at) {
  MakeLabels(labels);
  WriteNumber("", value, CreatedField(created_at));
}

void ProtobufWriter::Counters(LabelViews labels,
                              std::span<const std::string_view> last_label_values,
                              std::span<const double> numbers,
                              const std::optional<WallTime>& created_at) {
  MakeLabels(labels);
  MakeLastLabels(last_label_values);
  const std::string created = CreatedField(created_at);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    WriteNumber(last_labels_[i], numbers[i], created);
  }
}

void ProtobufWriter::Samples(LabelViews labels, std::span<const std::string_view> last_label_values,
                             std::span<const double> numbers) {
  MakeLabels(labels);
  MakeLastLabels(last_label_values);
  for (std::size_t i = 0; i < numbers.size(); ++i) WriteNumber(last_labels_[i], numbers[i]);
}

void ProtobufWriter::StateSet(LabelViews labels, std::span<const std::string_view> states,
                              std::size_t active) {
  MakeLabels(labels);
  MakeLastLabels(states);
  for (std::size_t i = 0; i < states.size(); ++i) WriteNumber(last_labels_[i], i == active ? 1 : 0);
}

void ProtobufWriter::Histogram(LabelViews labels, const HistogramView& histogram) {
  MakeLabels(labels);
  metric_ = labels_;
  {
    protozero::pbf_builder<MetricField> metric(metric_);
    HistogramBuilder message(metric, MetricField::kHistogram);
    message.add_uint64(HistogramField::kCount, histogram.cumulative.back());
    message.add_double(HistogramField::kSum, histogram.sum);
    AddClassicBuckets(message, histogram);
    if (with_native_ && histogram.native != nullptr) AddNativeBuckets(message, histogram);
    if (histogram.created_at) AddTime(message, HistogramField::kCreated, *histogram.created_at);
  }
  AppendMetricHead(out_, metric_.size());
  out_.Append(metric_);
}

}  // namespace cckm
