// The safe profile: every option of a transfer that does not change from request to request.
//
// Only this library may include this.  Thread-safety: pure functions over their arguments.

#pragma once

#include <curl/curl.h>

#include <deque>
#include <memory>

#include "collectors/base/free_with.h"
#include "collectors/http/base_url.h"
#include "collectors/http/curl_headers.h"
#include "collectors/http/curl_http_client.h"
#include "collectors/http/curl_setter.h"
#include "collectors/http/open_sockets.h"
#include "collectors/http/peer_certificate.h"
#include "collectors/http/tls_material.h"

namespace cckm {

using CurlMulti = std::unique_ptr<CURLM, FreeWith<&curl_multi_cleanup>>;
using CurlShare = std::unique_ptr<CURLSH, FreeWith<&curl_share_cleanup>>;
using CurlEasy = std::unique_ptr<CURL, FreeWith<&curl_easy_cleanup>>;

// One of the places that a client sends requests to.
struct TransferAddress {
  UrlParts url;
  CurlList connect_to;
};

// What all transfers of a client share.
struct SharedByTransfers {
  std::deque<TransferAddress> addresses;  // not empty; all with the same proxy
  CurlShare tls_sessions;
  PeerCertificate peer;
  OpenSockets sockets;
};

// The addresses of the client's URLs, in their order.
std::deque<TransferAddress> AddressesOf(const HttpClientOptions& options);

// Sets the profile on a new handle.  `material` may be null where no file is configured; it and
// `shared` must outlive the handle.  No request may leave if this fails.
CURLcode ApplyProfile(CURL* easy, const HttpClientOptions& options, SharedByTransfers& shared,
                      const TlsMaterial* material);

// Has the next transfer of a handle with the profile go to `address`, which must outlive it.
void SetAddress(CurlSetter& setter, const TransferAddress& address);

}  // namespace cckm
