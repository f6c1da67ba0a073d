// --healthcheck: asks the running exporter whether it is healthy.
//
// Thread-safety: main thread.

#pragma once

#include <string>
#include <string_view>

#include "exporter/config/flags.h"

namespace cckm {

// Where an exporter that listens on `listen_address` can be asked from the same host:
// http://host:port.
std::string UrlOfListenAddress(std::string_view listen_address);

// True if the exporter of these flags answers /-/healthy with 200, or with 401: then it lives
// behind a door.
bool IsHealthy(const CommandLine& flags);

}  // namespace cckm
