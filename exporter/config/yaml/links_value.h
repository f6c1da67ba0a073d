// The kind of value that `links` has: a map of names that people choose.
//
// Used by config_keys.cc.  Thread-safety: as yaml_cursor.h.

#pragma once

#include "exporter/config/links.h"
#include "exporter/config/yaml/config_value.h"
#include "exporter/config/yaml/yaml_cursor.h"

namespace cckm {

struct LinksValue {
  void Read(const YamlCursor& cursor, Links& out) const;
  // Valid as long as the links.
  WrittenValue Write(const Links& links) const;
  AllowedValues Allowed() const;
};

}  // namespace cckm
