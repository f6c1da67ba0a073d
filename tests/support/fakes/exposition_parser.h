// A strict reader of Prometheus' text format 0.0.4: the oracle for what the exporter writes.
//
// It takes less than Prometheus does: no free comments, no empty lines, no timestamps, every family
// with HELP, TYPE and at least one sample.  Source: Prometheus documentation, "Exposition formats".
// Thread-safety: pure function.

#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace cckm {

struct ParsedSample {
  std::string name;  // of the line: with _bucket, _sum or _count in a histogram
  std::vector<std::pair<std::string, std::string>> labels;  // in the order of the line, unescaped
  double value = 0;
};

struct ParsedFamily {
  std::string name;
  std::string help;
  std::string type;  // gauge, counter or histogram
  std::vector<ParsedSample> samples;
};

// The families in the order of the text, or "line N: " and the first rule that the text breaks.
// Rules: UTF-8; each family once, HELP before TYPE before samples; names and escapes valid; each
// series once; all series of a family with the same labels; counters neither negative nor NaN;
// histograms cumulative, with ascending bounds up to +Inf, a sum, and a count equal to the last.
tl::expected<std::vector<ParsedFamily>, std::string> ParseExposition(std::string_view text);

}  // namespace cckm
