// The library "libssl.so": OpenSSL's libssl under the name that civetweb opens, with a function
// that OpenSSL 3 renamed.
//
// Called by civetweb only, from any thread.

#include <openssl/ssl.h>

#undef SSL_get_peer_certificate

extern "C" X509* SSL_get_peer_certificate(const SSL* connection);

// The same promise as before OpenSSL 3: the caller frees what it gets; null without a certificate.
extern "C" X509* SSL_get_peer_certificate(const SSL* connection) {
  return SSL_get1_peer_certificate(connection);
}
