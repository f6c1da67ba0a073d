// Which program runs, and for which share of the targets.  Thread-safety: plain data.

#pragma once

#include <string>

namespace cckm {

// The program that runs: labels of cckm_exporter_build_info.
struct BuildInfo {
  std::string version;
  std::string revision;
  std::string compiler;
};

// The share of the configured targets that this process polls.
struct Shard {
  unsigned index = 0;
  unsigned count = 1;
};

}  // namespace cckm
