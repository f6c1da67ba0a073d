// Reads `--web.config.file` and the files that it names, with every problem reported at once.
//
// Thread-safety: pure functions over the file system; from any thread.

#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include <tl/expected.hpp>

#include "exporter/config/config_problem.h"
#include "exporter/config/web_config.h"

namespace cckm {

using WebConfigResult = tl::expected<std::shared_ptr<const WebConfig>, std::vector<ConfigProblem>>;

// Reads and checks the file: keys, values, and that the certificates and the key that it names can
// be used and belong together.  An empty file is a valid one: plain HTTP for everybody.  Relative
// paths are relative to the file.  A file with a private key in it, as the key_file, must not be
// open to everybody on the host.  PEM text written into the file itself is not looked into here:
// TlsServerContext (exporter/web) does.
WebConfigResult LoadWebConfigFile(const std::filesystem::path& file);

}  // namespace cckm
