#include "collectors/http/peer_certificate.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "collectors/http/pem.h"

namespace cckm {
namespace {

// A name that stands nowhere but in the common name is none (RFC 9110, section 4.3.4); libcurl
// would take it.
bool HasAlternativeNames(const X509& certificate) {
  return X509_get_ext_by_NID(&certificate, NID_subject_alt_name, -1) >= 0;
}

// Takes the place of OpenSSL's verification, which it calls.  `expires_at` may be null.
int Verify(X509_STORE_CTX* store, void* expires_at) {
  const X509* const leaf = X509_STORE_CTX_get0_cert(store);
  if (leaf != nullptr && expires_at != nullptr) {
    *static_cast<std::optional<WallTime>*>(expires_at) = EndOfValidity(*leaf);
  }
  const int result = X509_verify_cert(store);
  if (result != 1 || leaf == nullptr || HasAlternativeNames(*leaf)) return result;
  X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
  return 0;
}

// Called when the server asks for a certificate, whether there is one or not.
int NoteRequest(SSL* /*connection*/, void* asks_for_ours) {
  *static_cast<bool*>(asks_for_ours) = true;
  return 1;
}

}  // namespace

void PeerCertificate::Install(void* context, Peer peer) {
  auto* const tls = static_cast<SSL_CTX*>(context);
  const bool is_server = peer == Peer::kServer;
  SSL_CTX_set_cert_verify_callback(tls, &Verify, is_server ? &expires_at_ : nullptr);
  if (is_server) SSL_CTX_set_cert_cb(tls, &NoteRequest, &asks_for_ours_);
}

}  // namespace cckm
