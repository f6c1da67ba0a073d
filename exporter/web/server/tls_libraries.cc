#include "exporter/web/server/tls_libraries.h"

#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>

#include "collectors/base/free_with.h"

namespace cckm {
namespace {

using Library = std::unique_ptr<void, FreeWith<&::dlclose>>;

// Whether both would call the same function: then the library is the one that this program uses.
bool IsOurs(const Library& library, const char* name, const void* ours) {
  return ::dlsym(library.get(), name) == ours;
}

}  // namespace

std::optional<std::string> WhyNoTls(const char* ssl_library, const char* crypto_library) {
  const Library ssl(::dlopen(ssl_library, RTLD_LAZY));
  const Library crypto(::dlopen(crypto_library, RTLD_LAZY));
  const std::string remedy =
      "; the two libraries that cckm_exporter brings along for this (lib/cckm_exporter/libssl.so "
      "and libcrypto.so) must lie where they were installed";
  if (!ssl || !crypto) {
    return std::string("TLS cannot work: there is no ") + (ssl ? crypto_library : ssl_library) +
           remedy;
  }
  if (!IsOurs(ssl, "SSL_new", reinterpret_cast<const void*>(&SSL_new)) ||
      !IsOurs(crypto, "ERR_clear_error", reinterpret_cast<const void*>(&ERR_clear_error))) {
    return "TLS cannot work: the HTTP library finds another OpenSSL than this program" + remedy;
  }
  if (::dlsym(ssl.get(), "SSL_get_peer_certificate") == nullptr) {
    return "TLS cannot work: the HTTP library needs a function that OpenSSL 3 renamed" + remedy;
  }
  return std::nullopt;
}

}  // namespace cckm
