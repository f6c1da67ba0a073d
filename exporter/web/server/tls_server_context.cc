#include "exporter/web/server/tls_server_context.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "collectors/http/pem.h"

namespace cckm {
namespace {

using Names = std::unique_ptr<GENERAL_NAMES, FreeWith<&GENERAL_NAMES_free>>;

// Forward secrecy only, as Go's default; the suites of TLS 1.3 are always there.
constexpr const char* kDefaultCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA";

// What OpenSSL does for each policy, in the order of ClientAuth.
struct Policy {
  int mode;
  bool verifies;
};
constexpr std::array<Policy, 5> kPolicies = {{
    {SSL_VERIFY_NONE, false},
    {SSL_VERIFY_PEER, false},
    {SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, false},
    {SSL_VERIFY_PEER, true},
    {SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, true},
}};

const Policy& PolicyOf(ClientAuth client_auth) {
  return kPolicies[static_cast<std::size_t>(client_auth)];
}

int NumberOf(WebTlsVersion version) {
  return version == WebTlsVersion::kTls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
}

// The first is the server's own, the others are its issuers.
bool UseCertificates(SSL_CTX* context, std::string_view pem) {
  bool is_own = true;
  return ForEachCertificate(pem, [&](X509& certificate) {
    if (!std::exchange(is_own, false)) return SSL_CTX_add1_chain_cert(context, &certificate) == 1;
    return SSL_CTX_use_certificate(context, &certificate) == 1;
  });
}

bool UseKey(SSL_CTX* context, std::string_view pem) {
  const PrivateKey key = ReadPrivateKey(pem);
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
         SSL_CTX_check_private_key(context) == 1;
}

std::string_view TextOf(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// The bytes of an IPv4 or IPv6 address; empty where the text is neither.
std::string AddressBytes(const std::string& text) {
  std::array<char, sizeof(in6_addr)> bytes{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (::inet_pton(family, text.c_str(), bytes.data()) != 1) continue;
    return {bytes.data(), family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr)};
  }
  return {};
}

// Letter by letter, as exporter-toolkit compares: no wildcard, no change of case.
bool IsName(const GENERAL_NAME* name, const std::string& allowed) {
  switch (name->type) {
    case GEN_DNS:
    case GEN_EMAIL:
    case GEN_URI:
      return TextOf(name->d.ia5) == allowed;
    case GEN_IPADD:
      return TextOf(name->d.iPAddress) == AddressBytes(allowed) && !AddressBytes(allowed).empty();
    default:
      return false;
  }
}

}  // namespace

TlsServerContext::TlsServerContext(const WebTlsConfig& config)
    : config_(config), context_(SSL_CTX_new(TLS_server_method())) {}

tl::expected<std::shared_ptr<const TlsServerContext>, std::string> TlsServerContext::Make(
    const WebTlsConfig& config) {
  ERR_clear_error();
  const std::shared_ptr<TlsServerContext> made(new TlsServerContext(config));
  const char* refused = made->context_ ? made->Prepare() : "anything";
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  if (refused == nullptr) return made;
  std::string sentence = "tls_server_config: OpenSSL does not take the " + std::string(refused);
  if (reason != nullptr) sentence.append(" (").append(reason).append(")");
  return tl::make_unexpected(std::move(sentence));
}

const char* TlsServerContext::Prepare() {
  SSL_CTX* context = context_.get();
  if (!UseCertificates(context, config_.certificate)) return "certificate";
  if (!UseKey(context, config_.key->Reveal())) return "key, or it is not that of the certificate";
  const std::string& ciphers = config_.cipher_list;
  if (SSL_CTX_set_cipher_list(context, ciphers.empty() ? kDefaultCiphers : ciphers.c_str()) != 1) {
    return "cipher suites";
  }
  const std::string& groups = config_.group_list;
  if (!groups.empty() && SSL_CTX_set1_groups_list(context, groups.c_str()) != 1) return "curves";
  SSL_CTX_set_cert_verify_callback(context, &Judge, this);
  if (!UseClientAuthorities()) return "certificates of client_ca";
  return nullptr;
}

// Each of them is trusted by itself, as in Go, whether it is a root or not.
bool TlsServerContext::UseClientAuthorities() {
  if (config_.client_authorities.empty()) return true;
  X509_STORE* store = SSL_CTX_get_cert_store(context_.get());
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  return ForEachCertificate(config_.client_authorities, [this, store](X509& authority) {
    return X509_STORE_add_cert(store, &authority) == 1 &&
           SSL_CTX_add_client_CA(context_.get(), &authority) == 1;
  });
}

// SSL_set_SSL_CTX takes certificate, suites, authorities and Judge over; the rest was copied to the
// connection when it was made.
bool TlsServerContext::ApplyTo(SSL* connection) const {
  if (SSL_set_SSL_CTX(connection, context_.get()) == nullptr) return false;
  SSL_set_verify(connection, PolicyOf(config_.client_auth).mode, nullptr);
  if (config_.prefer_server_ciphers) SSL_set_options(connection, SSL_OP_CIPHER_SERVER_PREFERENCE);
  const std::string& groups = config_.group_list;
  if (!groups.empty() && SSL_set1_groups_list(connection, groups.c_str()) != 1) return false;
  return SSL_set_min_proto_version(connection, NumberOf(config_.min_version)) == 1 &&
         SSL_set_max_proto_version(connection, NumberOf(config_.max_version)) == 1;
}

int TlsServerContext::Judge(X509_STORE_CTX* store, void* context) {
  constexpr int kAccepted = 1;
  const auto& self = *static_cast<const TlsServerContext*>(context);
  if (!PolicyOf(self.config_.client_auth).verifies) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return kAccepted;
  }
  const int verdict = X509_verify_cert(store);
  if (verdict != kAccepted || self.config_.client_allowed_sans.empty()) return verdict;
  if (self.HasAllowedName(X509_STORE_CTX_get0_cert(store))) return kAccepted;
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

bool TlsServerContext::HasAllowedName(const X509* certificate) const {
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    const auto is_same = [name](const std::string& allowed) { return IsName(name, allowed); };
    if (std::ranges::any_of(config_.client_allowed_sans, is_same)) return true;
  }
  return false;
}

}  // namespace cckm
