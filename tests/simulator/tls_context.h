// A server's side of TLS, 1.2 or newer, from PEM texts.
//
// Thread-safety: a pure function; the context may be used by many connections at once.

#pragma once

#include <memory>
#include <string>

#include <tl/expected.hpp>

struct ssl_ctx_st;

namespace cckm::simulator {

struct TlsSettings {
  std::string certificate_pem;  // the server's own, then its issuer and so on, the root left out
  std::string key_pem;
  // Whose client certificates are asked for and accepted; empty: none is asked for.
  std::string client_authority_pem = {};
};

struct TlsContextFree {
  void operator()(ssl_ctx_st* context) const;
};
using TlsContextPtr = std::unique_ptr<ssl_ctx_st, TlsContextFree>;

// The error says which text is wrong, without repeating it.
tl::expected<TlsContextPtr, std::string> MakeTlsContext(const TlsSettings& settings);

}  // namespace cckm::simulator
