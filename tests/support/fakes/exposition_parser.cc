#include "tests/support/fakes/exposition_parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>

namespace cckm {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Bytes of the character that `text` begins with, or 0: by the table of well-formed sequences of
// the Unicode standard, where the lead byte alone limits the second byte.
std::size_t CharacterBytes(std::string_view text) {
  struct Sequence {
    int lead_first, lead_last, second_first, second_last;
    std::size_t bytes;
  };
  constexpr std::array<Sequence, 9> kSequences = {{
      {0x00, 0x7F, 0x00, 0xFF, 1},
      {0xC2, 0xDF, 0x80, 0xBF, 2},
      {0xE0, 0xE0, 0xA0, 0xBF, 3},
      {0xE1, 0xEC, 0x80, 0xBF, 3},
      {0xED, 0xED, 0x80, 0x9F, 3},
      {0xEE, 0xEF, 0x80, 0xBF, 3},
      {0xF0, 0xF0, 0x90, 0xBF, 4},
      {0xF1, 0xF3, 0x80, 0xBF, 4},
      {0xF4, 0xF4, 0x80, 0x8F, 4},
  }};
  const auto byte = [&](std::size_t i) {
    return static_cast<int>(static_cast<std::uint8_t>(text[i]));
  };
  for (const Sequence& row : kSequences) {
    if (byte(0) < row.lead_first || byte(0) > row.lead_last) continue;
    if (row.bytes == 1) return 1;
    if (text.size() < row.bytes || byte(1) < row.second_first || byte(1) > row.second_last)
      return 0;
    for (std::size_t i = 2; i < row.bytes; ++i) {
      if (byte(i) < 0x80 || byte(i) > 0xBF) return 0;
    }
    return row.bytes;
  }
  return 0;
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = CharacterBytes(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsName(std::string_view text, std::string_view more) {
  const auto allowed = [&](char c) {
    return IsLetter(c) || IsDigit(c) || more.find(c) != std::string_view::npos;
  };
  return !text.empty() && !IsDigit(text.front()) && std::ranges::all_of(text, allowed);
}

bool IsMetricName(std::string_view text) { return IsName(text, ":"); }
bool IsLabelName(std::string_view text) { return IsName(text, "") && !text.starts_with("__"); }

std::optional<double> ReadNumber(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "+Inf") return kInfinity;
  if (text == "-Inf") return -kInfinity;
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

// The text up to the first `end`, which goes with it; none if there is no `end`.
std::optional<std::string_view> TakeUntil(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at + 1);
  return taken;
}

// The text up to an unescaped `end` (which goes with it) or, where end is 0, the whole text.
std::optional<std::string> Unescape(std::string_view& text, std::string_view escapes, char end) {
  std::string result;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == end) return result;
    if (c != '\\') {
      result += c;
      continue;
    }
    if (text.empty() || escapes.find(text.front()) == std::string_view::npos) return std::nullopt;
    result += text.front() == 'n' ? '\n' : text.front();
    text.remove_prefix(1);
  }
  return end == 0 ? std::optional(result) : std::nullopt;
}

std::string ValueOf(const ParsedSample& sample, std::string_view label) {
  const auto found = std::ranges::find(sample.labels, label, &Labels::value_type::first);
  return found == sample.labels.end() ? "" : found->second;
}

Labels WithoutLe(const Labels& labels) {
  Labels rest;
  std::ranges::copy_if(labels, std::back_inserter(rest),
                       [](const auto& label) { return label.first != "le"; });
  return rest;
}

std::vector<std::string> NamesOf(const Labels& labels) {
  std::vector<std::string> names;
  for (const auto& [name, value] : labels) names.push_back(name);
  return names;
}

// The samples of one histogram of a family, as they come: buckets, sum, count.
class HistogramReader {
 public:
  // The rule that the sample breaks, or nothing.  `suffix` is what follows the family's name.
  std::string_view Take(std::string_view suffix, const ParsedSample& sample) {
    const Labels labels = WithoutLe(sample.labels);
    if (suffix == "_bucket") return TakeBucket(labels, sample);
    if (!is_open_ || labels != labels_) return "no bucket of this histogram stands before it";
    if (suffix == "_sum" && !has_sum_) return TakeSum();
    if (suffix == "_count" && has_sum_) return TakeCount(sample.value);
    return "a histogram is its buckets, its sum and its count, in this order";
  }

  bool is_open() const { return is_open_; }

 private:
  std::string_view TakeBucket(const Labels& labels, const ParsedSample& sample) {
    const auto bound = ReadNumber(ValueOf(sample, "le"));
    if (!bound || std::isnan(*bound)) return "a bucket without a number as le";
    if (!is_open_) {
      *this = {};
      is_open_ = true;
      labels_ = labels;
    }
    if (labels != labels_ || has_sum_) return "the histogram before it has no count";
    if (*bound <= bound_) return "bounds do not ascend";
    if (!(sample.value >= count_)) return "buckets are not cumulative";
    bound_ = *bound;
    count_ = sample.value;
    return {};
  }

  std::string_view TakeSum() {
    has_sum_ = true;
    return bound_ == kInfinity ? "" : "no +Inf bucket";
  }

  std::string_view TakeCount(double count) {
    is_open_ = false;
    return count == count_ ? "" : "the count is not that of the +Inf bucket";
  }

  bool is_open_ = false;
  bool has_sum_ = false;
  Labels labels_;
  double bound_ = -kInfinity;
  double count_ = 0;
};

class Parser {
 public:
  tl::expected<std::vector<ParsedFamily>, std::string> Parse(std::string_view text) {
    if (!text.empty() && text.back() != '\n') return tl::make_unexpected("no final line break");
    for (std::size_t number = 1; !text.empty(); ++number) {
      if (!TakeLine(*TakeUntil(text, '\n')) || (text.empty() && !EndFamily())) {
        return tl::make_unexpected("line " + std::to_string(number) + ": " + reason_);
      }
    }
    return std::move(families_);
  }

 private:
  bool Reject(std::string_view reason) {
    reason_ = reason;
    return false;
  }

  bool TakeLine(std::string_view line) {
    const auto is_control = [](char c) {
      return static_cast<std::uint8_t>(c) < ' ' || c == '\x7F';
    };
    if (!IsUtf8(line)) return Reject("not UTF-8");
    if (std::ranges::any_of(line, is_control)) return Reject("a control character");
    if (line.starts_with("# HELP ")) return TakeHelp(line.substr(7));
    if (line.starts_with("# TYPE ")) return TakeType(line.substr(7));
    return TakeSample(line);
  }

  bool TakeHelp(std::string_view rest) {
    if (!EndFamily()) return false;
    const auto name = TakeUntil(rest, ' ');
    if (!name || !IsMetricName(*name)) return Reject("HELP without a metric name and a text");
    if (!family_names_.insert(std::string(*name)).second)
      return Reject("the family is there twice");
    const auto help = Unescape(rest, "\\n", 0);
    if (!help) return Reject("a wrong escape in HELP");
    families_.push_back({std::string(*name), *help, "", {}});
    label_names_.clear();
    return true;
  }

  bool TakeType(std::string_view rest) {
    constexpr std::array<std::string_view, 3> kTypes = {"gauge", "counter", "histogram"};
    const auto name = TakeUntil(rest, ' ');
    if (!name || families_.empty() || families_.back().name != *name ||
        !families_.back().type.empty()) {
      return Reject("TYPE does not follow the HELP of its family");
    }
    if (std::ranges::find(kTypes, rest) == kTypes.end()) return Reject("an unknown type");
    families_.back().type = rest;
    return true;
  }

  bool EndFamily() {
    if (families_.empty()) return true;
    if (families_.back().samples.empty()) return Reject("the family before it has no sample");
    if (histogram_.is_open()) return Reject("the histogram before it has no count");
    return true;
  }

  bool TakeSample(std::string_view line) {
    if (families_.empty() || families_.back().type.empty())
      return Reject("a sample before its TYPE");
    ParsedSample sample;
    const std::size_t name_end = std::min(line.find_first_of("{ "), line.size());
    sample.name = line.substr(0, name_end);
    line.remove_prefix(name_end);
    if (line.starts_with('{') && !TakeLabels(line, sample.labels)) return false;
    if (!line.starts_with(' ')) return Reject("no space before the value");
    const auto value = ReadNumber(line.substr(1));
    if (!value) return Reject("the value is no number, or something follows it");
    sample.value = *value;
    if (!CheckLabelNames(sample) || !CheckFamily(sample)) return false;
    if (!IsNewSeries(sample)) return Reject("the series is there twice");
    families_.back().samples.push_back(std::move(sample));
    return true;
  }

  bool TakeLabels(std::string_view& line, Labels& labels) {
    do {
      line.remove_prefix(1);  // the brace or the comma
      const auto name = TakeUntil(line, '=');
      if (!name || !IsLabelName(*name)) return Reject("not a label name");
      if (!line.starts_with('"')) return Reject("a label value without quotes");
      line.remove_prefix(1);
      auto value = Unescape(line, "\\\"n", '"');
      if (!value) return Reject("a wrong escape or no end in a label value");
      labels.emplace_back(*name, std::move(*value));
    } while (line.starts_with(','));
    if (!line.starts_with('}')) return Reject("labels do not end");
    line.remove_prefix(1);
    return true;
  }

  bool CheckLabelNames(const ParsedSample& sample) {
    std::vector<std::string> names = NamesOf(WithoutLe(sample.labels));
    if (std::set<std::string>(names.begin(), names.end()).size() != names.size()) {
      return Reject("a label is there twice");
    }
    if (!families_.back().samples.empty() && names != label_names_) {
      return Reject("other labels than the sample before it");
    }
    label_names_ = std::move(names);
    const bool is_bucket = families_.back().type == "histogram" && sample.name.ends_with("_bucket");
    const auto les = static_cast<std::size_t>(
        std::ranges::count(sample.labels, "le", &Labels::value_type::first));
    return les == (is_bucket ? 1U : 0U) ? true
                                        : Reject("le stands on buckets, once, and nowhere else");
  }

  bool CheckFamily(const ParsedSample& sample) {
    const ParsedFamily& family = families_.back();
    if (!sample.name.starts_with(family.name))
      return Reject("the sample is of no or another family");
    const std::string_view suffix = std::string_view(sample.name).substr(family.name.size());
    if (family.type == "histogram") {
      const std::string_view broken = histogram_.Take(suffix, sample);
      return broken.empty() ? true : Reject(broken);
    }
    if (!suffix.empty()) return Reject("the sample is of no or another family");
    const bool can_count = sample.value >= 0;
    if (family.type == "counter" && !can_count) return Reject("a counter below 0 or NaN");
    return true;
  }

  bool IsNewSeries(const ParsedSample& sample) {
    Labels sorted = sample.labels;
    std::ranges::sort(sorted);
    return series_.emplace(sample.name, std::move(sorted)).second;
  }

  std::vector<ParsedFamily> families_;
  std::set<std::string> family_names_;
  std::set<std::pair<std::string, Labels>> series_;
  std::vector<std::string> label_names_;  // of the family's samples, without le
  HistogramReader histogram_;
  std::string reason_;
};

}  // namespace

tl::expected<std::vector<ParsedFamily>, std::string> ParseExposition(std::string_view text) {
  return Parser().Parse(text);
}

}  // namespace cckm
