// The keys of the configuration file: one row each, which the reader, `/config`, the tables of
// deploy/docs/configuration.md and the schema for editors come from.
//
// A new key is a new row.  What keys of a target have to agree on is in schema.cc.
// Thread-safety: constant.

#pragma once

#include "exporter/config/config.h"
#include "exporter/config/yaml/config_key.h"
#include "exporter/config/yaml/target_entry.h"

namespace cckm {

// The keys that may stand under `global` and again on a target.
const ConfigKeys<TargetSettings>& SettingsKeys();

// The keys that stand under `global` only.
const ConfigKeys<Config>& ProcessKeys();

// The keys of a target, those of SettingsKeys() among them.
const ConfigKeys<TargetEntry>& TargetKeys();

// The keys of a collector.
const ConfigKeys<CollectorConfig>& CollectorKeys();

}  // namespace cckm
