// What a target's URL and its proxy's say, taken apart by libcurl itself, so that nobody else reads
// them differently.
//
// Thread-safety: pure functions.

#pragma once

#include <string>

namespace cckm {

// The parts of a client's URLs.  All are empty if the target's URL cannot be read.
struct UrlParts {
  std::string scheme;
  std::string authority;        // host, or host:port, as configured; never a user name
  std::string request_base;     // what paths are appended to: with server_name in place of the host
  std::string connect_to;       // where such a request really goes; empty without server_name
  std::string proxy;            // its URL, always with a port; empty: no proxy
  std::string proxy_authority;  // host:port
};

// `proxy_url` may be empty.
UrlParts SplitUrls(const std::string& base_url, const std::string& server_name,
                   const std::string& proxy_url);

// One spelling for all the URLs of one appliance: without case in scheme and host, default port,
// user, final slash and dot, and needless percent-encoding.  The text itself if it cannot be read.
std::string CanonicalBaseUrl(const std::string& base_url);

}  // namespace cckm
