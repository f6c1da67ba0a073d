// The server's side of TLS as one version of the web configuration wants it.
//
// Thread-safety: ApplyTo() may be called by many threads at once.

#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "exporter/config/web_config.h"

struct ssl_ctx_st;
struct ssl_st;
struct x509_store_ctx_st;
struct x509_st;

namespace cckm {

class TlsServerContext {
 public:
  // Fails with a sentence that says which part OpenSSL does not take, without repeating it.
  static tl::expected<std::shared_ptr<const TlsServerContext>, std::string> Make(
      const WebTlsConfig& config);
  ~TlsServerContext();
  TlsServerContext(const TlsServerContext&) = delete;
  TlsServerContext& operator=(const TlsServerContext&) = delete;

  // Makes a connection, which has read the ClientHello and chosen nothing yet, one of this context.
  // False if OpenSSL refuses.  This must outlive the connection's handshake.
  bool ApplyTo(ssl_st* connection) const;

 private:
  explicit TlsServerContext(const WebTlsConfig& config);

  // The part of the configuration that OpenSSL did not take; null if it took all.
  const char* Prepare(const WebTlsConfig& config);
  bool UseClientAuthorities(const std::string& pem);

  // What OpenSSL calls for a client's certificate.
  static int Judge(x509_store_ctx_st* store, void* context);
  bool HasAllowedName(const x509_st* certificate) const;

  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };

  const ClientAuth client_auth_;
  const std::vector<std::string> allowed_names_;
  const int min_version_;
  const int max_version_;
  const std::string groups_;
  const bool prefers_server_ciphers_;
  const std::unique_ptr<ssl_ctx_st, Free> context_;
};

}  // namespace cckm
