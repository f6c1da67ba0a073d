#include "tests/simulator/tls_context.h"

#include <array>

#include "tests/simulator/openssl_handles.h"

namespace cckm::simulator {
namespace {

using Problem = tl::unexpected<std::string>;

bool UseCertificates(SSL_CTX* context, const std::string& pem) {
  const BioPtr text = OpenText(pem);
  const X509Ptr own = ReadCertificate(text.get());
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return false;
  while (const X509Ptr next = ReadCertificate(text.get())) {
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) return false;
  }
  return true;
}

bool UseKey(SSL_CTX* context, const std::string& pem) {
  const KeyPtr key = ReadKey(OpenText(pem).get());
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
         SSL_CTX_check_private_key(context) == 1;
}

// Without an ID of its own, a context that verifies clients could not resume their sessions.
bool DemandClientCertificates(SSL_CTX* context, const std::string& authority_pem) {
  constexpr std::array<unsigned char, 4> kSessions = {'c', 'c', 'k', 'm'};
  const X509Ptr authority = ReadCertificate(OpenText(authority_pem).get());
  if (!authority) return false;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) == 1 &&
         SSL_CTX_add_client_CA(context, authority.get()) == 1 &&
         SSL_CTX_set_session_id_context(context, kSessions.data(), kSessions.size()) == 1;
}

}  // namespace

void TlsContextFree::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

tl::expected<TlsContextPtr, std::string> MakeTlsContext(const TlsSettings& settings) {
  TlsContextPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) {
    return Problem("OpenSSL gives no TLS context");
  }
  if (!UseCertificates(context.get(), settings.certificate_pem)) {
    return Problem("the server's certificate cannot be used");
  }
  if (!UseKey(context.get(), settings.key_pem)) {
    return Problem("the server's key is not that of its certificate");
  }
  if (!settings.client_authority_pem.empty() &&
      !DemandClientCertificates(context.get(), settings.client_authority_pem)) {
    return Problem("the clients' authority cannot be used");
  }
  return context;
}

}  // namespace cckm::simulator
