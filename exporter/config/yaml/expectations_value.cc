#include "exporter/config/yaml/expectations_value.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "exporter/expectations/pattern.h"

namespace cckm {

void PatternValue::Read(const YamlCursor& cursor, std::string& out) const {
  std::string text;
  TextValue::Read(cursor, text);
  if (text.empty()) return;  // reported
  const auto pattern = Pattern::Compile(text);
  if (!pattern) {
    return cursor.ReportError("must be a pattern in the syntax of RE2: " + pattern.error());
  }
  out = std::move(text);
}

AllowedValues PatternValue::Allowed() const {
  return {.kind = ValueKind::kPattern,
          .range =
              "pattern of [RE2](https://github.com/google/re2/wiki/Syntax) for the whole "
              "value, " +
              std::to_string(kMaxPattern) + " bytes",
          .max_characters = kMaxPattern};
}

void SeverityValue::Read(const YamlCursor& cursor, Severity& out) const {
  constexpr std::string_view kRule = "must be critical, warning, info or none";
  const auto text = cursor.Text(kRule);
  if (!text) return;
  const auto* const name = std::ranges::find(kSeverityNames, *text);
  if (name == kSeverityNames.end()) return cursor.ReportError(std::string(kRule));
  out = static_cast<Severity>(std::distance(kSeverityNames.begin(), name));
}

}  // namespace cckm
