// HttpClient on libcurl's multi interface: kept-alive HTTP/1.1 connections, born safe.
//
// Every request verifies the server (where it speaks TLS), follows no redirect, uses no netrc, no
// cookie and no proxy but the configured one, asks for no compression and decodes none, and stops
// reading at the size cap.  A proxy is only ever asked for a tunnel.  What libcurl would take from
// the environment is removed by ScrubHttpEnvironment().  The one library that knows libcurl.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "collectors/http/connection_options.h"
#include "collectors/http/descriptor_budget.h"
#include "collectors/http/http_client.h"

namespace cckm {

struct HttpClientOptions {
  std::string base_url;  // https://host[:port][/prefix] without trailing slash; or http://
  // Of further addresses: requests name `base_url` as address 0, and these as 1, 2, ...
  std::vector<std::string> further_urls = {};
  Nanoseconds request_timeout{};                  // from start to last byte
  std::size_t max_response_size = 0;              // bytes of a body
  long max_connections = kDefaultMaxConnections;  // connections kept and used at once
  std::string user_agent;
  TlsOptions tls = {};
  ProxyOptions proxy = {};  // whatever the environment says
  // Which descriptors the client may use; null: as many as it needs.  Outlives the client.
  DescriptorBudget* descriptors = nullptr;
  // Told by the client's thread when changed TLS files cannot be used; the ones before stay in use.
  std::function<void(const Error&)> on_unusable_files = {};
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
  void CloseConnection(std::uint64_t connection) override;
  std::size_t InFlight() const override;
  std::vector<HttpResult> Wait(Nanoseconds longest) override;
  void Wake() override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cckm
