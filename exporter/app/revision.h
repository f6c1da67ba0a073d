// The revision of the sources that this program was built from.  revision.cmake writes its
// definition at each build.

#pragma once

namespace cckm {

// Twelve hexadecimal digits of git, what the packager said, or "unknown".  Lives as long as the
// program.
const char* SourceRevision();

}  // namespace cckm
