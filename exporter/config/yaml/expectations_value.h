// The kinds of values that expectations have.
//
// Used by config_keys.cc.  Thread-safety: as yaml_cursor.h.

#pragma once

#include <string>

#include "exporter/config/yaml/config_value.h"
#include "exporter/config/yaml/value_kinds.h"
#include "exporter/expectations/expectation.h"

namespace cckm {

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
