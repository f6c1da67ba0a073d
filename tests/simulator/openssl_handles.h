// OpenSSL's objects, each freed by its own function, and its PEM texts.
//
// Thread-safety: as OpenSSL's: an object belongs to one thread at a time.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace cckm::simulator {

template <auto kFree>
struct FreeWith {
  template <typename Object>
  void operator()(Object* object) const {
    kFree(object);
  }
};

using BioPtr = std::unique_ptr<BIO, FreeWith<&BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<&EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, FreeWith<&X509_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeWith<&X509_EXTENSION_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, FreeWith<&GENERAL_NAMES_free>>;
using GeneralNamePtr = std::unique_ptr<GENERAL_NAME, FreeWith<&GENERAL_NAME_free>>;

// To read from; the text must outlive it.
inline BioPtr OpenText(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Null at the end of the text, and where it holds none.
inline X509Ptr ReadCertificate(BIO* text) {
  return X509Ptr(PEM_read_bio_X509(text, nullptr, nullptr, nullptr));
}

inline KeyPtr ReadKey(BIO* text) {
  return KeyPtr(PEM_read_bio_PrivateKey(text, nullptr, nullptr, nullptr));
}

}  // namespace cckm::simulator
