// The library "libcrypto.so": nothing but a dependency on OpenSSL's libcrypto, under the name that
// civetweb opens.
