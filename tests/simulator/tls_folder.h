// A folder with what TLS needs on both sides: ca.pem, server.pem, server.key, client.pem and
// client.key.
//
// Thread-safety: for one thread at a time, and one process on a folder.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "tests/simulator/certificates.h"

namespace cckm::simulator {

// The authority's key is not kept: it issues these two and no more.
struct TlsFiles {
  std::string authority_pem;
  Certificate server;
  Certificate client;
};

// What the folder holds.  Where it holds none of the five files, or is missing, they are made: for
// a year from `now` on, the server's for localhost, 127.0.0.1 and `names` (hosts or IP addresses);
// the keys only their owner can read.  The error says what is wrong, with a path.
tl::expected<TlsFiles, std::string> OpenTlsFolder(const std::filesystem::path& folder,
                                                  const std::vector<std::string>& names,
                                                  TimePoint now);

}  // namespace cckm::simulator
