// What of a client's request decides its answer.
//
// Thread-safety: plain data; the views live as long as the request is handled.

#pragma once

#include <string>
#include <string_view>

namespace cckm {

struct WebRequest {
  std::string_view method;  // as sent
  std::string_view path;    // raw, before the `?`; not decoded
  // Values of headers, empty where not sent.  Those whose value is a list are of all lines.
  std::string accept;
  std::string accept_encoding;
  std::string_view authorization = {};
  std::string_view peer = {};  // the client's IP address in numbers
  std::string_view host = {};  // host[:port] as the client knows this server
  std::string origin = {};
  std::string fetch_site = {};
};

}  // namespace cckm
