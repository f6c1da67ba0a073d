// The configuration that the command line asks for.
//
// Thread-safety: a pure function over the file system.

#pragma once

#include "exporter/config/flags/flags.h"
#include "exporter/config/yaml/config_file.h"

namespace cckm {

// Reads the file, or takes the target of the flags; of the targets, those of this shard.
ConfigResult LoadConfig(const CommandLine& flags);

}  // namespace cckm
