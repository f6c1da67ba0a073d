// HttpClient on libcurl's multi interface: kept-alive HTTP/1.1 connections, born safe.
//
// Every request verifies the server (where it speaks TLS), follows no redirect, uses no proxy, no
// netrc and no cookie, decodes no compression, and stops reading at the size cap.  What libcurl
// would take from the environment is removed by ScrubHttpEnvironment().  The one room that knows
// libcurl.

#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "collectors/http/http_client.h"

namespace cckm {

struct HttpClientOptions {
  std::string base_url;           // https://host[:port][/prefix] without trailing slash; or http://
  Nanoseconds request_timeout{};  // from start to last byte
  std::size_t max_response_size = 0;  // bytes of a body
  long max_connections = 8;           // connections kept and used at once
  std::string user_agent;
};

// Removes the environment variables that would redirect, decrypt or record the exporter's traffic
// (proxies, SSLKEYLOGFILE, SSL_CERT_*, CURL_*, OPENSSL_*, NETRC).  Returns the names of those that
// were set.  To be called before the first thread starts.
std::vector<std::string> ScrubHttpEnvironment();

// Version of the libcurl and TLS library in use, as "libcurl/7.88.1 OpenSSL/3.0.15 ...".
std::string HttpLibraryVersion();

// libcurl's process-wide set-up; hold one while clients live.  Not thread-safe: main thread only.
class CurlRuntime {
 public:
  CurlRuntime();
  ~CurlRuntime();
  CurlRuntime(const CurlRuntime&) = delete;
  CurlRuntime& operator=(const CurlRuntime&) = delete;
};

class CurlHttpClient final : public HttpClient {
 public:
  // REQUIRES: a CurlRuntime outlives this.
  explicit CurlHttpClient(HttpClientOptions options);
  ~CurlHttpClient() override;

  void Start(HttpRequest request) override;
  std::size_t InFlight() const override;
  std::vector<HttpResponse> Wait(Nanoseconds longest) override;
  void Wake() override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cckm
