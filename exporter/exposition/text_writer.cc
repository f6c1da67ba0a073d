#include "exporter/exposition/text_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace cckm {
namespace {

constexpr std::array<std::string_view, 3> kTypeNames = {"gauge", "counter", "histogram"};

constexpr std::string_view kClosing = "\"} ";  // between the last label's value and the number
constexpr std::size_t kLongestNumber = 32;

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
  return is_integer ? std::to_chars(to, to + kLongestNumber, static_cast<std::int64_t>(value)).ptr
                    : std::to_chars(to, to + kLongestNumber, value).ptr;
}

}  // namespace

void AppendNumber(ByteBuffer& out, double value) {
  out.Reserve(kLongestNumber);
  out.Advance(static_cast<std::size_t>(WriteNumber(out.end(), value) - out.end()));
}

void TextWriter::BeginFamily(const MetricDescription& description) {
  family_ = &description;
  header_written_ = false;
  openings_.clear();
  const auto add_opening = [this](std::string_view label) {
    openings_.push_back((openings_.empty() ? "{" : "\",") + std::string(label) + "=\"");
  };
  for (std::size_t i = 0; i < description.label_count(); ++i) add_opening(description.labels[i]);
  if (description.type == MetricType::kHistogram) add_opening("le");
}

void TextWriter::WriteHeaderOnce() {
  if (header_written_) return;
  header_written_ = true;
  out_.Append("# HELP ");
  out_.Append(family_->name);
  out_.Append(" ");
  AppendEscaped(out_, family_->help, "\\\n");
  out_.Append("\n# TYPE ");
  out_.Append(family_->name);
  out_.Append(" ");
  out_.Append(kTypeNames[static_cast<std::size_t>(family_->type)]);
  out_.Append("\n");
}

void TextWriter::MakePrefix(std::string_view name_suffix, LabelViews labels, LastLabel last_label) {
  prefix_.clear();
  prefix_.Append(family_->name);
  prefix_.Append(name_suffix);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    prefix_.Append(openings_[i]);
    AppendLabelValue(prefix_, labels[i]);
  }
  if (last_label == LastLabel::kFollows) prefix_.Append(openings_[labels.size()]);
  has_labels_ = !labels.empty() || last_label == LastLabel::kFollows;
}

// A single reservation covers the line, since this runs once for each of up to millions of series.
void TextWriter::WriteLine(std::string_view last_label_value, double value) {
  out_.Reserve(prefix_.size() + last_label_value.size() + kClosing.size() + kLongestNumber + 1);
  char* to = Write(out_.end(), prefix_.view());
  to = Write(to, last_label_value);
  to = has_labels_ ? Write(to, kClosing) : Write(to, " ");
  to = WriteNumber(to, value);
  *to++ = '\n';
  out_.Advance(static_cast<std::size_t>(to - out_.end()));
}

void TextWriter::Sample(LabelViews labels, double value) {
  WriteHeaderOnce();
  MakePrefix("", labels, LastLabel::kGiven);
  WriteLine("", value);
}

void TextWriter::Samples(LabelViews labels, std::span<const std::string_view> last_label_values,
                         std::span<const double> numbers) {
  WriteHeaderOnce();
  MakePrefix("", labels, LastLabel::kFollows);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    WriteLine(last_label_values[i], numbers[i]);
  }
}

void TextWriter::StateSet(LabelViews labels, std::span<const std::string_view> states,
                          std::size_t active) {
  WriteHeaderOnce();
  MakePrefix("", labels, LastLabel::kFollows);
  for (std::size_t i = 0; i < states.size(); ++i) {
    WriteLine(states[i], i == active ? 1 : 0);
  }
}

void TextWriter::Histogram(LabelViews labels, const HistogramView& histogram) {
  WriteHeaderOnce();
  MakePrefix("_bucket", labels, LastLabel::kFollows);
  for (std::size_t i = 0; i < histogram.le.size(); ++i) {
    WriteLine(histogram.le[i], static_cast<double>(histogram.cumulative[i]));
  }
  MakePrefix("_sum", labels, LastLabel::kGiven);
  WriteLine("", histogram.sum);
  MakePrefix("_count", labels, LastLabel::kGiven);
  WriteLine("", static_cast<double>(histogram.cumulative.back()));
}

}  // namespace cckm
