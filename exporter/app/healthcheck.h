// --healthcheck: asks the running exporter whether it is healthy.
//
// Thread-safety: main thread.

#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "exporter/config/flags/flags.h"

namespace cckm {

// Where an exporter that listens on `listen_address` can be asked from the same host:
// http://host:port, or https://.
std::string UrlOfListenAddress(std::string_view listen_address, bool is_tls = false);

// No error if the exporter of these flags answers /-/healthy with 200, or with what its access
// control answers without a password (401, 429): then it lives.  The error says where it was asked,
// and what came.  Where the web configuration wants clients' certificates, which this has none of,
// a handshake that is refused is such an answer, too.
//
// Asks over TLS where the web configuration says so, and if that fails the other way: the file may
// be broken or may have been changed since the exporter began.
tl::expected<void, std::string> CheckHealth(const CommandLine& flags);

}  // namespace cckm
