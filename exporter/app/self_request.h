// A request to the exporter that runs on this host, as the flags say where.
//
// Called by healthcheck.h and check.h.  Thread-safety: main thread.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "collectors/http/http_client.h"
#include "exporter/config/flags/flags.h"

namespace cckm {

// Where an exporter that listens on `listen_address` can be asked from the same host:
// http://host:port, or https://.
std::string UrlOfListenAddress(std::string_view listen_address, bool is_tls = false);

// What came of it.
struct SelfAnswer {
  Result<HttpResponse> answer;
  std::string url;                   // that was asked first
  bool refuses_certificate = false;  // it is there and wants a client's certificate
};

// GETs a path of the exporter of these flags.  No answer takes longer than 5 s or is longer than
// `max_bytes`.
//
// Asks over TLS where the web configuration says so, and if that fails the other way: the file may
// be broken or may have been changed since the exporter began.  The server's certificate is not
// verified: it is asked for on this host, where it need not be named, and nothing secret is sent.
SelfAnswer AskRunningExporter(const CommandLine& flags, std::string_view path,
                              std::size_t max_bytes);

}  // namespace cckm
