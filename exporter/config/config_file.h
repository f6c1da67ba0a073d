// The YAML file of deploy/docs/configuration.md to a Config, with every problem reported at once.
//
// The one room that knows yaml-cpp.  Thread-safety: pure functions over the file system.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "exporter/config/config.h"

namespace cckm {

// One thing that is wrong: where, and what is allowed instead.
struct ConfigProblem {
  std::string file;  // as given on the command line, or empty for a flag
  int line = 0;      // 1-based; 0 where no line applies
  std::string
      key;  // dotted path with indexes: targets[0].collectors.dsm.refresh_ids[1]; or the flag
  std::string message;  // what is wrong and what is allowed; never a secret

  // "cckm.yml:12: targets[0].url: must be ..."
  std::string ToString() const;

  friend bool operator==(const ConfigProblem&, const ConfigProblem&) = default;
};

using ConfigResult = tl::expected<Config, std::vector<ConfigProblem>>;

// Reads and checks the file: keys, types, values and that the files it names can be used.  Talks to
// nobody. Relative paths in the result are made absolute against the file's folder.
ConfigResult LoadConfigFile(const std::filesystem::path& file);

// The same for text that would stand in `file`, which need not exist.
ConfigResult ParseConfig(std::string_view yaml, const std::filesystem::path& file);

}  // namespace cckm
