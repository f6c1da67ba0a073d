// The YAML file of deploy/docs/configuration.md to a Config, with every problem reported at once.
//
// The one library that knows yaml-cpp.  Thread-safety: pure functions over the file system.

#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "exporter/config/config.h"
#include "exporter/config/config_problem.h"

namespace cckm {

using ConfigResult = tl::expected<Config, std::vector<ConfigProblem>>;

// Reads and checks the file: keys, types, values and that the files it names can be used.  Talks to
// nobody. Relative paths in the result are made absolute against the file's folder.
ConfigResult LoadConfigFile(const std::filesystem::path& file);

// The same for text that would stand in `file`, which need not exist.
ConfigResult ParseConfig(std::string_view yaml, const std::filesystem::path& file);

}  // namespace cckm
