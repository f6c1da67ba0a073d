#include "exporter/config/yaml/target_values.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

#include "collectors/model/family.h"
#include "exporter/config/yaml/config_keys.h"
#include "exporter/config/yaml/key_checks.h"
#include "exporter/expectations/pattern.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxTenancyDomains = 100;

CollectorConfig ReadCollector(const YamlCursor& cursor, const Family& family) {
  CollectorConfig collector;
  collector.family = &family;
  MapValue<CollectorConfig>{CollectorKeys(), &CheckCollector}.Read(cursor, collector);
  return collector;
}

}  // namespace

void CollectorsValue::Read(const YamlCursor& cursor, std::vector<CollectorConfig>& out) const {
  std::vector<YamlKey> keys;
  for (const Family& family : Families()) {
    keys.push_back({family.name, [&out, &family](const YamlCursor& collector) {
                      out.push_back(ReadCollector(collector, family));
                    }});
  }
  if (!cursor.HasContent()) cursor.ReportError("must have at least one collector");
  cursor.ReadMap(keys);
}

WrittenValue CollectorsValue::Write(const std::vector<CollectorConfig>& value) const {
  WrittenValue map;
  for (const CollectorConfig& collector : value) {
    map.members.emplace_back(collector.family->name, WriteKeys(CollectorKeys(), collector));
  }
  return map;
}

void TenancyDomainsValue::Read(const YamlCursor& cursor, std::vector<std::string>& out) const {
  const auto items = cursor.Items();
  if (!items) return;
  if (items->empty() || items->size() > kMaxTenancyDomains) {
    return cursor.ReportError("must list 1 to " + std::to_string(kMaxTenancyDomains) +
                              " tenancy domains, such as [root, finance]");
  }
  for (const YamlCursor& item : *items) {
    std::string domain;
    TextValue().Read(item, domain);
    if (domain.empty()) continue;  // reported
    if (std::ranges::count(out, domain) != 0) {
      item.ReportError("is listed twice");
    } else {
      out.push_back(std::move(domain));
    }
  }
}

AllowedValues TenancyDomainsValue::Allowed() const {
  return {.kind = ValueKind::kTenancyDomains,
          .range = "1 to " + std::to_string(kMaxTenancyDomains) + " names, no two alike",
          .smallest = 1,
          .largest = kMaxTenancyDomains};
}

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
