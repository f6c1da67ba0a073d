// The --target.* and --*.refresh-ids flags: one target without a file.
//
// Used by flags.cc.  Thread-safety: pure functions over the file system.

#pragma once

#include <string_view>
#include <vector>

#include "exporter/config/config.h"
#include "exporter/config/flags/flag_values.h"

namespace cckm {

// Those of these flags that were given.
std::vector<std::string_view> GivenTargetFlags(const FlagValues& values);

// The target that the flags describe; what is wrong or missing is reported.
TargetConfig ReadTargetFlags(const FlagValues& values, FlagProblems& problems);

}  // namespace cckm
