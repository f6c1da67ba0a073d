// A config.yaml with any targets and collectors, for tests that need more than one of dsm.
//
// Thread-safety: pure functions and values.

#pragma once

#include <string>
#include <vector>

namespace cckm {

// A collector of this family that discovers its refreshes, once a second.
std::string Discovering(const std::string& family);

struct TargetYaml {
  std::string name;
  std::string url;
  std::vector<std::string> collectors;  // such as "dsm: { refresh_ids: [r1] }"
};

// The targets, polled every second with the token of the file "token"; `global` are more lines of
// the global settings.
std::string ConfigYaml(const std::vector<TargetYaml>& targets,
                       const std::vector<std::string>& global = {});

}  // namespace cckm
