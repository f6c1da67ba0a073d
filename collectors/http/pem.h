// Certificates and private keys: read in PEM form by OpenSSL, and until when they are valid.
//
// What fails leaves its reason in OpenSSL's queue of errors, which is the caller's to clear.
// Thread-safety: pure functions; the queue belongs to the calling thread.

#pragma once

#include <openssl/types.h>
#include <openssl/x509.h>

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "collectors/base/clock.h"
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

// The end of validity of a certificate.  None where it cannot be read; years that a WallTime cannot
// hold count as its last one.
std::optional<WallTime> EndOfValidity(const X509& certificate);

}  // namespace cckm
