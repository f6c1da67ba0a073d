// The safe profile: every option of a transfer that does not change from request to request.
//
// Only this library may include this.  Thread-safety: pure functions over their arguments.

#pragma once

#include <curl/curl.h>

#include <memory>

#include "collectors/base/free_with.h"
#include "collectors/http/base_url.h"
#include "collectors/http/curl_headers.h"
#include "collectors/http/curl_http_client.h"
#include "collectors/http/open_sockets.h"
#include "collectors/http/peer_certificate.h"
#include "collectors/http/tls_material.h"

namespace cckm {

using CurlMulti = std::unique_ptr<CURLM, FreeWith<&curl_multi_cleanup>>;
using CurlShare = std::unique_ptr<CURLSH, FreeWith<&curl_share_cleanup>>;
using CurlEasy = std::unique_ptr<CURL, FreeWith<&curl_easy_cleanup>>;

// What all transfers of a client share.
struct SharedByTransfers {
  UrlParts url;
  CurlList connect_to;
  CurlShare tls_sessions;
  PeerCertificate peer;
  OpenSockets sockets;
};

// Sets the profile on a new handle.  `material` may be null where no file is configured; it and
// `shared` must outlive the handle.  No request may leave if this fails.
CURLcode ApplyProfile(CURL* easy, const HttpClientOptions& options, SharedByTransfers& shared,
                      const TlsMaterial* material);

}  // namespace cckm
