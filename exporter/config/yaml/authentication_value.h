// The ways to authenticate as kinds of values: a map each, of which a target has one.
//
// Used by config_keys.cc.  Thread-safety: as yaml_cursor.h.

#pragma once

#include <utility>
#include <variant>
#include <vector>

#include "exporter/config/config.h"
#include "exporter/config/yaml/config_key.h"

namespace cckm {

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

}  // namespace cckm
