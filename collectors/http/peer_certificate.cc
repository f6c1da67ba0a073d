#include "collectors/http/peer_certificate.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <ctime>

namespace cckm {
namespace {

// Years that a WallTime cannot hold count as its last one.
std::optional<WallTime> EndOfValidity(const X509& certificate) {
  constexpr int kLastYear = 2261;
  std::tm broken_down{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &broken_down) != 1) return std::nullopt;
  if (broken_down.tm_year > kLastYear - 1900) broken_down.tm_year = kLastYear - 1900;
  return WallTime(std::chrono::seconds(timegm(&broken_down)));
}

// A name that stands nowhere but in the common name is none (RFC 9110, section 4.3.4); libcurl
// would take it.
bool HasAlternativeNames(const X509& certificate) {
  return X509_get_ext_by_NID(&certificate, NID_subject_alt_name, -1) >= 0;
}

// Takes the place of OpenSSL's verification, which it calls.
int Verify(X509_STORE_CTX* store, void* expires_at) {
  const X509* const leaf = X509_STORE_CTX_get0_cert(store);
  if (leaf != nullptr) *static_cast<std::optional<WallTime>*>(expires_at) = EndOfValidity(*leaf);
  const int result = X509_verify_cert(store);
  if (result != 1 || leaf == nullptr || HasAlternativeNames(*leaf)) return result;
  X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
  return 0;
}

}  // namespace

CURLcode PeerCertificate::Watch(CURL* easy) {
  const CURLcode code =
      curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, &PeerCertificate::OnContext);
  if (code != CURLE_OK) return code;
  return curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, static_cast<void*>(this));
}

CURLcode PeerCertificate::OnContext(CURL* /*easy*/, void* context, void* self) {
  SSL_CTX_set_cert_verify_callback(static_cast<SSL_CTX*>(context), &Verify,
                                   &static_cast<PeerCertificate*>(self)->expires_at_);
  return CURLE_OK;
}

}  // namespace cckm
