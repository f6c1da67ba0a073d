#include "exporter/exposition/text_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

namespace cckm {
namespace {

constexpr std::array<std::string_view, 3> kTypeNames = {"gauge", "counter", "histogram"};

constexpr std::string_view kClosing = "\"} ";  // between the last label's value and the number
constexpr std::size_t kMaxNumber = 32;
constexpr std::size_t kShortTail = 32;  // every state and most bounds are not longer

void AppendEscaped(ByteBuffer& out, std::string_view text, std::string_view special) {
  while (true) {
    const std::size_t at = text.find_first_of(special);
    out.Append(text.substr(0, at));
    if (at == std::string_view::npos) return;
    out.Append("\\");
    out.Append(text[at] == '\n' ? "n" : text.substr(at, 1));
    text.remove_prefix(at + 1);
  }
}

// OpenMetrics names a family of counters without the end of its samples' name.
std::string_view WithoutTotal(const MetricDescription& family) {
  constexpr std::string_view kTotal = "_total";
  std::string_view name = family.name;
  if (family.type == MetricType::kCounter) name.remove_suffix(kTotal.size());
  return name;
}

void AppendLabelValue(ByteBuffer& out, const LabelView& value) {
  if (value.is_plain) {
    out.Append(value.text);
  } else {
    AppendEscaped(out, value.text, "\\\"\n");
  }
}

// Writes what is to be appended at `to`, where there is room for it, and returns the end of it.

char* Write(char* to, std::string_view text) { return std::copy(text.begin(), text.end(), to); }

char* WriteNumber(char* to, double value) {
  // Most values are a state or an empty bucket.
  if (value == 0 || value == 1) {
    *to = value == 0 ? '0' : '1';
    return to + 1;
  }
  if (std::isnan(value)) return Write(to, "NaN");
  if (std::isinf(value)) return Write(to, value > 0 ? "+Inf" : "-Inf");
  constexpr double kExactIntegers = 9007199254740992.0;  // 2^53
  const bool is_integer = std::fabs(value) < kExactIntegers && std::trunc(value) == value;
  return is_integer ? std::to_chars(to, to + kMaxNumber, static_cast<std::int64_t>(value)).ptr
                    : std::to_chars(to, to + kMaxNumber, value).ptr;
}

}  // namespace

void AppendNumber(ByteBuffer& out, double value) {
  out.Reserve(kMaxNumber);
  out.Advance(static_cast<std::size_t>(WriteNumber(out.end(), value) - out.end()));
}

void TextWriter::BeginFamily(const MetricDescription& description) {
  family_ = &description;
  tails_.clear();
  openings_.clear();
  const auto add_opening = [this](std::string_view label) {
    openings_.push_back((openings_.empty() ? "{" : "\",") + std::string(label) + "=\"");
  };
  for (std::size_t i = 0; i < description.label_count(); ++i) add_opening(description.labels[i]);
  if (description.type == MetricType::kHistogram) add_opening("le");
}

void TextWriter::AppendHeader(std::size_t /*sample_bytes*/, ByteBuffer& out) const {
  const bool is_open = dialect_ == TextDialect::kOpenMetrics;
  const std::string_view name = is_open ? WithoutTotal(*family_) : family_->name;
  out.Append("# HELP ");
  out.Append(name);
  out.Append(" ");
  AppendEscaped(out, family_->help, is_open ? "\\\"\n" : "\\\n");
  out.Append("\n# TYPE ");
  out.Append(name);
  out.Append(" ");
  out.Append(kTypeNames[static_cast<std::size_t>(family_->type)]);
  out.Append("\n");
}

void TextWriter::MakePrefix(std::string_view name_suffix, LabelViews labels) {
  prefix_.clear();
  prefix_.Append(family_->name);
  prefix_.Append(name_suffix);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    prefix_.Append(openings_[i]);
    AppendLabelValue(prefix_, labels[i]);
  }
}

template <typename Texts>
void TextWriter::MakeTails(const Texts& last_label_values) {
  if (!tails_.empty()) return;
  std::vector<std::size_t> ends;
  tail_texts_.clear();
  for (const std::string_view value : last_label_values) {
    tail_texts_.append(value).append(kClosing);
    ends.push_back(tail_texts_.size());
  }
  tail_texts_.append(kShortTail, ' ');
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    tails_.push_back({tail_texts_.data() + begin, end - begin});
    begin = end;
  }
}

// A single reservation covers the line, since this runs once for each of up to millions of series.
void TextWriter::WriteLine(const Tail& tail, double value) {
  out_.Reserve(prefix_.size() + std::max(tail.size, kShortTail) + kMaxNumber + 1);
  char* to = Write(out_.end(), prefix_.view());
  if (tail.size <= kShortTail) {
    std::memcpy(to, tail.text, kShortTail);
  } else {
    std::memcpy(to, tail.text, tail.size);
  }
  to = WriteNumber(to + tail.size, value);
  *to++ = '\n';
  out_.Advance(static_cast<std::size_t>(to - out_.end()));
}

void TextWriter::WriteLine(double value) {
  out_.Reserve(prefix_.size() + kMaxNumber + 1);
  char* to = WriteNumber(Write(out_.end(), prefix_.view()), value);
  *to++ = '\n';
  out_.Advance(static_cast<std::size_t>(to - out_.end()));
}

void TextWriter::Sample(LabelViews labels, double value) {
  MakePrefix("", labels);
  CloseLabels(labels);
  WriteLine(value);
}

void TextWriter::Samples(LabelViews labels, std::span<const std::string_view> last_label_values,
                         std::span<const double> numbers) {
  MakePrefix("", labels);
  OpenLastLabel(labels);
  MakeTails(last_label_values);
  for (std::size_t i = 0; i < numbers.size(); ++i) WriteLine(tails_[i], numbers[i]);
}

void TextWriter::StateSet(LabelViews labels, std::span<const std::string_view> states,
                          std::size_t active) {
  MakePrefix("", labels);
  OpenLastLabel(labels);
  MakeTails(states);
  for (std::size_t i = 0; i < states.size(); ++i) WriteLine(tails_[i], i == active ? 1 : 0);
}

void TextWriter::Histogram(LabelViews labels, const HistogramView& histogram) {
  MakePrefix("_bucket", labels);
  OpenLastLabel(labels);
  MakeTails(histogram.le);
  WriteBuckets(histogram);
  MakePrefix("_sum", labels);
  CloseLabels(labels);
  WriteLine(histogram.sum);
  MakePrefix("_count", labels);
  CloseLabels(labels);
  WriteLine(static_cast<double>(histogram.cumulative.back()));
}

void TextWriter::WriteBuckets(const HistogramView& histogram) {
  auto exemplar = histogram.exemplars.begin();
  if (dialect_ != TextDialect::kOpenMetrics) exemplar = histogram.exemplars.end();
  for (std::size_t i = 0; i < histogram.le.size(); ++i) {
    WriteLine(tails_[i], static_cast<double>(histogram.cumulative[i]));
    if (exemplar == histogram.exemplars.end() || exemplar->bucket != i) continue;
    WriteExemplar(*exemplar++, histogram.exemplar_domain);
  }
}

// Behind the line that was written last.
void TextWriter::WriteExemplar(const Exemplar& exemplar, const LabelView& domain_id) {
  const std::vector<ExemplarLabel> labels = LabelsOf(exemplar, domain_id);
  if (labels.empty()) return;
  out_.RemoveLast(1);
  std::string_view opening = " # {";
  for (const ExemplarLabel& label : labels) {
    out_.Append(std::exchange(opening, ","));
    out_.Append(label.name);
    out_.Append("=\"");
    AppendLabelValue(out_, label.value);
    out_.Append("\"");
  }
  out_.Append("} ");
  AppendNumber(out_, exemplar.value);
  out_.Append(" ");
  AppendNumber(out_, ToUnixSeconds(exemplar.at));
  out_.Append("\n");
}

void TextWriter::AppendEnd(ByteBuffer& out) const {
  if (dialect_ == TextDialect::kOpenMetrics) out.Append("# EOF\n");
}

}  // namespace cckm
