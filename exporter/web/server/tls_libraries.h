// Whether civetweb's way to OpenSSL leads to the OpenSSL of this program.
//
// civetweb opens the libraries by name at run time and calls a function that OpenSSL 3 no longer
// has; openssl_shim/ stands in between.  Where it does not, the first handshake would end the
// process.  Thread-safety: pure functions over the dynamic loader.

#pragma once

#include <optional>
#include <string>

namespace cckm {

// Why no TLS can be spoken, as a sentence; nothing where it can.  The names are those that civetweb
// opens.
std::optional<std::string> WhyNoTls(const char* ssl_library = "libssl.so",
                                    const char* crypto_library = "libcrypto.so");

}  // namespace cckm
