// The server's side of TLS as one version of the web configuration wants it.
//
// Thread-safety: ApplyTo() may be called by many threads at once.

#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "collectors/base/free_with.h"
#include "exporter/config/web_config.h"

namespace cckm {

using TlsContext = std::unique_ptr<SSL_CTX, FreeWith<&SSL_CTX_free>>;

class TlsServerContext {
 public:
  // Fails with a sentence that says which part OpenSSL does not take, without repeating it.
  static tl::expected<std::shared_ptr<const TlsServerContext>, std::string> Make(
      const WebTlsConfig& config);
  TlsServerContext(const TlsServerContext&) = delete;
  TlsServerContext& operator=(const TlsServerContext&) = delete;

  // Makes a connection, which has read the ClientHello and chosen nothing yet, one of this context.
  // False if OpenSSL refuses.  This must outlive the connection's handshake.
  bool ApplyTo(SSL* connection) const;

 private:
  explicit TlsServerContext(const WebTlsConfig& config);

  // The part of the configuration that OpenSSL did not take; null if it took all.
  const char* Prepare();
  bool UseClientAuthorities();

  // What OpenSSL calls for a client's certificate.
  static int Judge(X509_STORE_CTX* store, void* context);
  bool HasAllowedName(const X509* certificate) const;

  const WebTlsConfig config_;
  const TlsContext context_;
};

}  // namespace cckm
