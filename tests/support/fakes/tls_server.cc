#include "tests/support/fakes/tls_server.h"

#include <openssl/x509_vfy.h>

#include <chrono>
#include <cstring>
#include <stdexcept>

#include "collectors/base/clock.h"
#include "tests/simulator/openssl_handles.h"

namespace cckm {
namespace {

using simulator::Certificate;
using simulator::CertificateOptions;
using simulator::Usage;
using std::chrono::hours;

Certificate Make(const CertificateOptions& options) {
  const auto now =
      std::chrono::time_point_cast<simulator::TimePoint::duration>(SystemClock().Now());
  auto made = simulator::MakeCertificate(options, simulator::TimePoint(now.time_since_epoch()));
  if (!made) throw std::runtime_error(made.error());
  return std::move(*made);
}

Certificate MakeAuthority(const char* name, std::optional<Certificate> issuer = {}) {
  return Make({.common_name = name, .usage = Usage::kAuthority, .issuer = std::move(issuer)});
}

void Require(bool done, const char* step) {
  if (!done) throw std::runtime_error(std::string("OpenSSL refuses: ") + step);
}

void UseCertificate(SSL_CTX* context, const Certificate& certificate) {
  const auto x509 =
      simulator::ReadCertificate(simulator::OpenText(certificate.certificate_pem).get());
  const auto key = simulator::ReadKey(simulator::OpenText(certificate.key_pem).get());
  Require(SSL_CTX_use_certificate(context, x509.get()) == 1, "a certificate");
  Require(SSL_CTX_use_PrivateKey(context, key.get()) == 1, "a key");
}

// `needed` is the name that TlsProfile::needs_name points to.
int RequireName(SSL* connection, int* /*alert*/, void* needed) {
  const char* const asked = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
  const bool is_needed =
      asked != nullptr && std::strcmp(asked, static_cast<const char*>(needed)) == 0;
  return is_needed ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void SetVersions(SSL_CTX* context, const TlsProfile& profile) {
  SSL_CTX_set_min_proto_version(context, 0);
  SSL_CTX_set_max_proto_version(context, profile.greatest_version);
  // OpenSSL's levels above 0 rule out what old and weak profiles need.
  if (profile.greatest_version != 0 || profile.ciphers != nullptr) {
    SSL_CTX_set_security_level(context, 0);
  }
  if (profile.ciphers == nullptr) return;
  if (profile.greatest_version == 0) SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  Require(SSL_CTX_set_cipher_list(context, profile.ciphers) == 1, "ciphers");
}

}  // namespace

Identities::Identities()
    : root_(MakeAuthority("authority")),
      other_root_(MakeAuthority("other authority")),
      intermediate_(MakeAuthority("intermediate", root_)) {}

Certificate Identities::CertificateOf(Identity identity) const {
  CertificateOptions options{.common_name = "appliance",
                             .issuer = root_,
                             .dns_names = {"cm.example.test"},
                             .ip_addresses = {"127.0.0.1", "::1"}};
  if (identity == Identity::kExpired) options.not_after = hours(-1) + std::chrono::seconds(1);
  if (identity == Identity::kNotYetValid) options.not_before = hours(1);
  if (identity == Identity::kSelfSigned) options.issuer.reset();
  if (identity == Identity::kOtherAuthority) options.issuer = other_root_;
  if (identity == Identity::kWithoutIntermediate) options.issuer = intermediate_;
  if (identity == Identity::kWrongName) {
    options.dns_names = {"other.example.test"};
    options.ip_addresses = {"127.0.0.2"};
  }
  if (identity == Identity::kCommonNameOnly) {
    options.common_name = "127.0.0.1";
    options.dns_names.clear();
    options.ip_addresses.clear();
  }
  return Make(options);
}

TlsContext Identities::MakeContext(const TlsProfile& profile) const {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  Require(context != nullptr, "a context");
  SetVersions(context.get(), profile);
  if (profile.identity != Identity::kAnonymous) {
    UseCertificate(context.get(), CertificateOf(profile.identity));
  } else {
    SSL_CTX_set_dh_auto(context.get(), 1);
  }
  if (profile.needs_client_certificate) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  if (profile.needs_name != nullptr) {
    SSL_CTX_callback_ctrl(context.get(), SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                          reinterpret_cast<void (*)()>(&RequireName));
    SSL_CTX_set_tlsext_servername_arg(context.get(), const_cast<char*>(profile.needs_name));
  }
  return context;
}

}  // namespace cckm
