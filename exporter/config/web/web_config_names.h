// The names that exporter-toolkit's format has for parts of TLS, and what they are here.
//
// The names are those of Go's crypto/tls, which the toolkit reads; tls.CipherSuites() says which
// suites may be written.  Thread-safety: constants.

#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/config/web_config.h"

namespace cckm {

// A name of the file and what stands for it.
template <typename Value>
struct NamedValue {
  std::string_view name;
  Value value;
};

inline constexpr std::array<NamedValue<ClientAuth>, 6> kClientAuthNames = {{
    {"NoClientCert", ClientAuth::kNone},
    {"RequestClientCert", ClientAuth::kRequest},
    {"RequireAnyClientCert", ClientAuth::kRequireAny},
    {"RequireClientCert", ClientAuth::kRequireAny},  // what the toolkit once called it
    {"VerifyClientCertIfGiven", ClientAuth::kVerifyIfGiven},
    {"RequireAndVerifyClientCert", ClientAuth::kRequireAndVerify},
}};

// Older than TLS 1.2 is nothing: Debian's OpenSSL has a security level that rules out the
// signatures of TLS 1.0 and 1.1, and RFC 8996 forbids both.
inline constexpr std::array<NamedValue<std::optional<WebTlsVersion>>, 4> kTlsVersionNames = {{
    {"TLS13", WebTlsVersion::kTls13},
    {"TLS12", WebTlsVersion::kTls12},
    {"TLS11", std::nullopt},
    {"TLS10", std::nullopt},
}};

// The suites of TLS 1.3, which nobody can choose, stand for nothing.
inline constexpr std::array<NamedValue<std::string_view>, 13> kCipherSuiteNames = {{
    {"TLS_AES_128_GCM_SHA256", ""},
    {"TLS_AES_256_GCM_SHA384", ""},
    {"TLS_CHACHA20_POLY1305_SHA256", ""},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"},
}};

inline constexpr std::array<NamedValue<std::string_view>, 4> kCurveNames = {{
    {"CurveP256", "P-256"},
    {"CurveP384", "P-384"},
    {"CurveP521", "P-521"},
    {"X25519", "X25519"},
}};

// "must be one of A, B, C"
template <typename Table>
std::string RuleOfNames(const Table& table) {
  std::string rule;
  for (const auto& row : table)
    rule.append(rule.empty() ? "must be one of " : ", ").append(row.name);
  return rule;
}

}  // namespace cckm
