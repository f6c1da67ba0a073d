#include "exporter/exposition/text_writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace cckm {
namespace {

constexpr std::array<std::string_view, 3> kTypeNames = {"gauge", "counter", "histogram"};

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

}  // namespace

void AppendNumber(ByteBuffer& out, double value) {
  if (std::isnan(value)) return out.Append("NaN");
  if (std::isinf(value)) return out.Append(value > 0 ? "+Inf" : "-Inf");
  out.Reserve(kLongestNumber);
  constexpr double kExactIntegers = 9007199254740992.0;  // 2^53
  char* const begin = out.end();
  const bool is_integer = std::fabs(value) < kExactIntegers && std::trunc(value) == value;
  const char* const end =
      is_integer
          ? std::to_chars(begin, begin + kLongestNumber, static_cast<std::int64_t>(value)).ptr
          : std::to_chars(begin, begin + kLongestNumber, value).ptr;
  out.Advance(static_cast<std::size_t>(end - begin));
}

void TextWriter::BeginFamily(const MetricDescription& description) {
  family_ = &description;
  header_written_ = false;
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

void TextWriter::MakePrefix(std::string_view name_suffix, LabelViews labels) {
  prefix_.clear();
  prefix_.Append(family_->name);
  prefix_.Append(name_suffix);
  prefix_has_labels_ = !labels.empty();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    prefix_.Append(i == 0 ? "{" : ",");
    prefix_.Append(family_->labels[i]);
    prefix_.Append("=\"");
    AppendLabelValue(prefix_, labels[i]);
    prefix_.Append("\"");
  }
}

// One line: the prefix, one more label unless its name is empty, and the value.  A single
// reservation covers it, since this runs once for each of up to millions of series.
void TextWriter::WriteLine(std::string_view label_name, std::string_view label_value,
                           double value) {
  constexpr std::size_t kPunctuation = 8;
  out_.Reserve(prefix_.size() + label_name.size() + label_value.size() + kPunctuation +
               kLongestNumber);
  out_.AppendReserved(prefix_.view());
  if (!label_name.empty()) {
    out_.AppendReserved(prefix_has_labels_ ? "," : "{");
    out_.AppendReserved(label_name);
    out_.AppendReserved("=\"");
    out_.AppendReserved(label_value);
    out_.AppendReserved("\"} ");
  } else {
    out_.AppendReserved(prefix_has_labels_ ? "} " : " ");
  }
  AppendNumber(out_, value);
  out_.Append("\n");
}

void TextWriter::Sample(LabelViews labels, double value) {
  WriteHeaderOnce();
  MakePrefix("", labels);
  WriteLine("", "", value);
}

void TextWriter::Samples(LabelViews labels, std::span<const std::string_view> last_label_values,
                         std::span<const double> numbers) {
  WriteHeaderOnce();
  MakePrefix("", labels);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    WriteLine(family_->labels[labels.size()], last_label_values[i], numbers[i]);
  }
}

void TextWriter::StateSet(LabelViews labels, std::span<const std::string_view> states,
                          std::size_t active) {
  WriteHeaderOnce();
  MakePrefix("", labels);
  for (std::size_t i = 0; i < states.size(); ++i) {
    WriteLine(family_->labels[labels.size()], states[i], i == active ? 1 : 0);
  }
}

void TextWriter::Histogram(LabelViews labels, const HistogramView& histogram) {
  WriteHeaderOnce();
  MakePrefix("_bucket", labels);
  for (std::size_t i = 0; i < histogram.le.size(); ++i) {
    WriteLine("le", histogram.le[i], static_cast<double>(histogram.cumulative[i]));
  }
  MakePrefix("_sum", labels);
  WriteLine("", "", histogram.sum);
  MakePrefix("_count", labels);
  WriteLine("", "", static_cast<double>(histogram.cumulative.back()));
}

}  // namespace cckm
