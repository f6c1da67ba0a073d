// Makes X.509 certificates with P-256 keys: authorities, and what they issue to servers and
// clients; wrong ones, too, for tests of whoever verifies them.
//
// Thread-safety: a pure function but for the keys, which are random; from any thread.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "tests/simulator/timestamp.h"

namespace cckm::simulator {

// Both as PEM, the key unencrypted.
struct Certificate {
  std::string certificate_pem;
  std::string key_pem;
};

enum class Usage { kAuthority, kServer, kClient };

struct CertificateOptions {
  std::string common_name;  // up to 64 bytes
  Usage usage = Usage::kServer;
  std::optional<Certificate> issuer = {};  // nothing: self-signed.  An authority's: intermediate
  std::vector<std::string> dns_names = {};
  std::vector<std::string> ip_addresses = {};  // IPv4 or IPv6, as text
  // Both relative to now; the past is negative.
  std::chrono::seconds not_before = std::chrono::hours(-1);
  std::chrono::seconds not_after = std::chrono::hours(24);
};

// The error says what cannot be done.  An issuer's certificate need not be one of an authority, nor
// valid: what is wrong in it is for the verifier to find.
tl::expected<Certificate, std::string> MakeCertificate(const CertificateOptions& options,
                                                       TimePoint now);

}  // namespace cckm::simulator
