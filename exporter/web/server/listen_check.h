// Finds out why an address cannot be listened on, in words that civetweb does not have.
//
// Thread-safety: a pure function over the kernel's sockets.

#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "exporter/web/server/listen_failure.h"
#include "exporter/web/server/socket_address.h"

namespace cckm {

// Reads and resolves all addresses, and listens on all of them at once for a moment.  Fails with
// the first that does not work.  `ipv6_available` says whether the server that will listen knows
// IPv6.
tl::expected<std::vector<SocketAddress>, ListenFailure> CheckListenAddresses(
    const std::vector<std::string>& addresses, bool ipv6_available);

}  // namespace cckm
