// Certificates and private keys in PEM form, read by OpenSSL.
//
// What fails leaves its reason in OpenSSL's queue of errors, which is the caller's to clear.
// Thread-safety: pure functions; the queue belongs to the calling thread.

#pragma once

#include <openssl/types.h>
#include <openssl/x509.h>

#include <functional>
#include <memory>
#include <string_view>

#include "collectors/base/free_with.h"

namespace cckm {

using Certificate = std::unique_ptr<X509, FreeWith<&X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeWith<&EVP_PKEY_free>>;

// Hands over the certificates of the text, from the first on, until `take` returns false.  True if
// there is one at least, all of them can be read, and all were taken.
bool ForEachCertificate(std::string_view pem, const std::function<bool(X509& certificate)>& take);

// Null if the text does not begin with a certificate that can be read.
Certificate FirstCertificate(std::string_view pem);

// Null if the text holds none that can be read without a passphrase.
PrivateKey ReadPrivateKey(std::string_view pem);

}  // namespace cckm
