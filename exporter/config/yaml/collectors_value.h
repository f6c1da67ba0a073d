// The map of a target's collectors as a kind of value: its keys are the names of families.
//
// Used by config_keys.cc.  Thread-safety: as yaml_cursor.h.

#pragma once

#include <vector>

#include "exporter/config/config.h"
#include "exporter/config/yaml/config_value.h"
#include "exporter/config/yaml/yaml_cursor.h"

namespace cckm {

struct CollectorsValue {
  void Read(const YamlCursor& cursor, std::vector<CollectorConfig>& out) const;
  WrittenValue Write(const std::vector<CollectorConfig>& value) const;
  AllowedValues Allowed() const { return {ValueKind::kFamilies, "at least one family"}; }
};

}  // namespace cckm
