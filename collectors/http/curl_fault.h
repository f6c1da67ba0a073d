// What it means to the exporter when a transfer of libcurl fails: the phase that it had reached
// decides, and libcurl's result code only where the request was on its way.
//
// Only this library may include this.  Thread-safety: pure functions.

#pragma once

#include <curl/curl.h>

#include <string_view>

#include "collectors/base/error.h"
#include "collectors/http/base_url.h"
#include "collectors/http/connection_progress.h"

namespace cckm {

// A transfer that ended without an answer.
struct FailedTransfer {
  const UrlParts& urls;
  CURLcode code = CURLE_OK;
  ConnectionPhase phase = ConnectionPhase::kBegun;
  const char* refusal = nullptr;  // why a callback of ours stopped it; null: none did
  std::string_view words = {};    // libcurl's; may be empty
  long proxy_status = 0;          // of the answer to CONNECT; 0: none
  bool logs_in_to_proxy = false;  // proxy_login is configured
  int socket_error = 0;           // errno, where the system gave no socket
  int connect_error = 0;          // errno of connect(2), where that is why it failed
  // The connection was made for this request, and nothing came back on it.
  bool is_silent_first = false;
  bool server_asks_for_certificate = false;
  bool has_certificate = false;  // to prove ourselves with
};

// The kind and a sentence that names the host, or the proxy where that is to blame.
Error ErrorOf(const FailedTransfer& failed);

// For an option that libcurl does not take.
Error RefusedByCurl(CURLcode code);

}  // namespace cckm
