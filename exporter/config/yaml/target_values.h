// The kinds of values that only keys of a target have.
//
// Used by config_keys.cc.  Thread-safety: as yaml_cursor.h.

#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "exporter/config/config.h"
#include "exporter/config/yaml/config_key.h"
#include "exporter/config/yaml/value_kinds.h"

namespace cckm {

// One of the ways to authenticate: a map, of which a target has one.
template <typename Way>
struct AuthenticationValue {
  const ConfigKeys<Way>& keys;

  void Read(const YamlCursor& cursor, Authentication& out) const {
    Way way;
    ReadKeys(cursor, keys, way);
    out = std::move(way);
  }
  WrittenValue Write(const Authentication& value) const {
    const Way* const way = std::get_if<Way>(&value);
    return way == nullptr ? WrittenValue() : WriteKeys(keys, *way);
  }
  AllowedValues Allowed() const { return {}; }
  std::vector<KeyReference> Keys() const { return ReferencesOf(keys); }
};

// Names of tenancy domains, each once.
struct TenancyDomainsValue {
  void Read(const YamlCursor& cursor, std::vector<std::string>& out) const;
  WrittenValue Write(const std::vector<std::string>& value) const { return {.items = value}; }
  AllowedValues Allowed() const;
};

// The map of the collectors: its keys are the names of families.
struct CollectorsValue {
  void Read(const YamlCursor& cursor, std::vector<CollectorConfig>& out) const;
  WrittenValue Write(const std::vector<CollectorConfig>& value) const;
  AllowedValues Allowed() const { return {ValueKind::kFamilies, "at least one family"}; }
};

// A pattern as RE2 reads it.
struct PatternValue : TextValue {
  void Read(const YamlCursor& cursor, std::string& out) const;
  AllowedValues Allowed() const;
};

struct SeverityValue {
  void Read(const YamlCursor& cursor, Severity& out) const;
  WrittenValue Write(Severity value) const { return {.text = std::string(SeverityName(value))}; }
  AllowedValues Allowed() const {
    return {ValueKind::kSeverity, "critical, warning, info or none"};
  }
};

}  // namespace cckm
