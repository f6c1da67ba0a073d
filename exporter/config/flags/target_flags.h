// The --target.* and --*.refresh-ids flags: one target without a file.
//
// Used by flags.cc.  Thread-safety: pure functions over the file system.

#pragma once

#include "exporter/config/config.h"
#include "exporter/config/flags/flag_values.h"

namespace cckm {

// True where at least one of these flags was given.
bool HasTargetFlags(const FlagValues& values);

// The target that the flags describe; what is wrong or missing is reported.
TargetConfig ReadTargetFlags(const FlagValues& values, FlagProblems& problems);

// Reports each of these flags that was given, because there is a configuration file.
void RefuseTargetFlags(const FlagValues& values, FlagProblems& problems);

}  // namespace cckm
