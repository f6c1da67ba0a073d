// The server's side of TLS, right and wrong in every way that a client has to notice.
//
// Thread-safety: const objects may be used by any thread.

#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "tests/simulator/certificates.h"

namespace cckm {

// Who a server says it is.  All but the last three are good for 127.0.0.1, ::1 and cm.example.test.
enum class Identity {
  kGood,
  kRenewed,  // another certificate, as good as the first
  kExpired,
  kNotYetValid,
  kSelfSigned,
  kOtherAuthority,       // issued by an authority that nobody configured
  kWithoutIntermediate,  // the link to the authority is not sent
  kWrongName,
  kCommonNameOnly,  // names 127.0.0.1 in its common name and nowhere else
  kAnonymous,       // no certificate
};

struct TlsProfile {
  Identity identity = Identity::kGood;
  int greatest_version = 0;          // as OpenSSL numbers them; 0: all that OpenSSL has
  const char* ciphers = nullptr;     // null: OpenSSL's choice; else up to TLS 1.2, however weak
  const char* needs_name = nullptr;  // the handshake fails if the client asks for another one
  bool needs_client_certificate = false;
};

struct FreeTlsContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeTlsContext>;

// Two trees of certificates, made anew for every object.
class Identities {
 public:
  Identities();

  // What a client is to trust, as PEM.
  const std::string& authority() const { return root_.certificate_pem; }
  const std::string& other_authority() const { return other_root_.certificate_pem; }

  // Throws std::runtime_error if OpenSSL does not take the profile.
  TlsContext MakeContext(const TlsProfile& profile) const;

 private:
  simulator::Certificate CertificateOf(Identity identity) const;

  const simulator::Certificate root_;
  const simulator::Certificate other_root_;
  const simulator::Certificate intermediate_;
};

}  // namespace cckm
