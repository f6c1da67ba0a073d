// The whole document of the configuration file: what stands at its top, and what targets have to
// agree on.
//
// Thread-safety: as yaml_cursor.h.

#pragma once

#include "exporter/config/config.h"
#include "exporter/config/yaml/yaml_cursor.h"

namespace cckm {

// Reads the whole document.  What it returns is valid if the source has no problems afterwards.
Config ReadConfig(const YamlCursor& root);

}  // namespace cckm
