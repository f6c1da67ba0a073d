// What the keys of one map have to agree on.
//
// Used by config_keys.cc and schema.cc.  Thread-safety: as yaml_cursor.h.

#pragma once

#include "exporter/config/config.h"
#include "exporter/config/yaml/config_key.h"
#include "exporter/config/yaml/target_entry.h"

namespace cckm {

// Each reports at `map`, or at one of the keys given, what is wrong.
void CheckTls(const YamlCursor& map, const GivenKeys& given, const TlsOptions& tls);
void CheckProxyLogin(const YamlCursor& map, const GivenKeys& given, const TargetConfig& target);
void CheckCollector(const YamlCursor& map, const GivenKeys& given,
                    const CollectorConfig& collector);
// Also gives a login by certificate the certificate's file.
void CheckTarget(const YamlCursor& map, const GivenKeys& given, TargetEntry& target);

}  // namespace cckm
