// --healthcheck: asks the running exporter whether it is healthy.
//
// Thread-safety: main thread.

#pragma once

#include <string>
#include <tl/expected.hpp>

#include "exporter/config/flags/flags.h"

namespace cckm {

// No error if the exporter of these flags answers /-/healthy with 200, or with what its access
// control answers without a password (401, 429): then it lives.  The error says where it was asked,
// and what came.  Where the web configuration wants clients' certificates, which this has none of,
// a handshake that is refused is such an answer, too.
tl::expected<void, std::string> CheckHealth(const CommandLine& flags);

}  // namespace cckm
