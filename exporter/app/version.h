// What --version prints and cckm_exporter_build_info carries.  Thread-safety: pure functions.

#pragma once

#include <string>

#include "exporter/metrics/build_info.h"

namespace cckm {

// Version, source revision and compiler of this program.
BuildInfo ThisBuild();

// Twelve hexadecimal digits of git, what the packager said, or "unknown"; revision.cmake writes the
// definition at each build.  Lives as long as the program.
const char* SourceRevision();

// Name, version, revision, compiler, and the run-time versions of the libraries, a line each.
std::string VersionText();

}  // namespace cckm
