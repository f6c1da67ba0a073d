// What is wrong with a configuration.  Thread-safety: plain data.

#pragma once

#include <string>

namespace cckm {

// One thing that is wrong: where, and what is allowed instead.
struct ConfigProblem {
  std::string file;  // as given on the command line, or empty for a flag
  int line = 0;      // 1-based; 0 where no line applies
  // Dotted path with indexes: targets[0].collectors.dsm.refresh_ids[1]; or the flag.
  std::string key;
  std::string message;  // what is wrong and what is allowed; never a secret

  // "cckm.yml:12: targets[0].url: must be ..."
  std::string ToString() const;

  friend bool operator==(const ConfigProblem&, const ConfigProblem&) = default;
};

}  // namespace cckm
