// The running configuration as YAML, for people: every setting with its value, defaults included.
//
// Thread-safety: a pure function.

#pragma once

#include <string>

#include "exporter/config/config.h"

namespace cckm {

// A file that ParseConfig() would read to the same configuration.  As that file, it holds the paths
// of secrets and no secret.
std::string ConfigText(const Config& config);

}  // namespace cckm
