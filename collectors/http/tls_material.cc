#include "collectors/http/tls_material.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <string_view>
#include <utility>

#include "collectors/base/redact.h"
#include "collectors/base/secret_file.h"
#include "collectors/base/whole_file.h"
#include "collectors/http/certificate_expiry.h"
#include "collectors/http/pem.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{4} << 20U;  // a store of all public CAs has 220 KB

bool HoldsCertificates(std::string_view pem) {
  const bool holds = ForEachCertificate(pem, [](X509& /*certificate*/) { return true; });
  ERR_clear_error();
  return holds;
}

PrivateKey KeyIn(std::string_view pem) {
  PrivateKey key = ReadPrivateKey(pem);
  ERR_clear_error();
  return key;
}

bool BelongsTo(const PrivateKey& key, std::string_view certificate_pem) {
  const Certificate certificate = FirstCertificate(certificate_pem);
  const bool matches = certificate && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return matches;
}

tl::unexpected<Error> Refuse(std::string_view key, const std::filesystem::path& path,
                             std::string_view objection) {
  std::string sentence(key);
  sentence.append(" ").append(ShownPath(path)).append(objection);
  return Fail(ErrorKind::kTls, std::move(sentence));
}

// Whether the text has the one kind of PEM block and not the other, as where two files were mixed
// up.
bool HoldsOnly(std::string_view text, std::string_view line, std::string_view other_line) {
  return text.find(line) != std::string_view::npos &&
         text.find(other_line) == std::string_view::npos;
}
constexpr std::string_view kKeyLine = "PRIVATE KEY-----";
constexpr std::string_view kCertificateLine = "BEGIN CERTIFICATE-----";

// What is no text, such as DER, is no PEM either, and to save it as text would not help.
bool IsNoText(const std::string& objection) { return objection.ends_with("save it as UTF-8"); }

Result<std::string> ReadCertificates(std::string_view key, const std::filesystem::path& path) {
  if (path.empty()) return std::string();
  const auto content = ReadTextFile(path, FilePrivacy::kPublic, kMaxBytes);
  if (!content && !IsNoText(content.error())) return Refuse(key, path, content.error());
  if (content && HoldsCertificates(content->view())) return std::string(content->view());
  if (content && HoldsOnly(content->view(), kKeyLine, kCertificateLine)) {
    return Refuse(key, path, " holds a private key; it must hold certificates in PEM form");
  }
  return Refuse(key, path, " must hold certificates in PEM form, and nothing broken");
}

Result<Secret> ReadKeyFile(const std::filesystem::path& path, std::string_view certificate) {
  constexpr std::string_view kName = "key_file";
  if (path.empty()) return Secret();
  const auto content = ReadTextFile(path, FilePrivacy::kSecret, kMaxBytes);
  if (!content && !IsNoText(content.error())) return Refuse(kName, path, content.error());
  const PrivateKey key = content ? KeyIn(content->view()) : PrivateKey();
  if (content && HoldsOnly(content->view(), kCertificateLine, kKeyLine)) {
    return Refuse(kName, path, " holds a certificate; it must hold the private key of cert_file");
  }
  if (!key) return Refuse(kName, path, " must hold a private key in PEM form, without passphrase");
  if (!BelongsTo(key, certificate)) {
    return Refuse(kName, path, " does not belong to the first certificate of cert_file");
  }
  return Secret(std::string(content->view()));
}

std::optional<WallTime> EndOfFirst(std::string_view pem) {
  if (pem.empty()) return std::nullopt;
  const Certificate certificate = FirstCertificate(pem);
  ERR_clear_error();
  return certificate ? EndOfValidity(*certificate) : std::nullopt;
}

Result<Secret> ReadProxyPassword(const std::filesystem::path& path) {
  if (path.empty()) return Secret();
  return ReadSecretFile(path, SecretKind::kPassword);
}

}  // namespace

bool TlsMaterial::IsSame(const TlsMaterial& other) const {
  return authorities == other.authorities && certificate == other.certificate &&
         key.Reveal() == other.key.Reveal() && proxy_authorities == other.proxy_authorities &&
         proxy_password.Reveal() == other.proxy_password.Reveal();
}

Result<std::shared_ptr<const TlsMaterial>> ReadTlsMaterial(const TlsFiles& files) {
  auto authorities = ReadCertificates("ca_file", files.ca_file);
  if (!authorities) return tl::make_unexpected(authorities.error());
  auto certificate = ReadCertificates("cert_file", files.cert_file);
  if (!certificate) return tl::make_unexpected(certificate.error());
  auto key = ReadKeyFile(files.key_file, *certificate);
  if (!key) return tl::make_unexpected(key.error());
  auto proxy_authorities = ReadCertificates("proxy_ca_file", files.proxy_ca_file);
  if (!proxy_authorities) return tl::make_unexpected(proxy_authorities.error());
  auto proxy_password = ReadProxyPassword(files.proxy_password_file);
  if (!proxy_password) return tl::make_unexpected(proxy_password.error());
  auto material = std::make_shared<TlsMaterial>();
  material->authorities = std::move(*authorities);
  material->certificate_expires_at = EndOfFirst(*certificate);
  material->proxy_authorities = std::move(*proxy_authorities);
  material->proxy_password = std::move(*proxy_password);
  material->certificate = std::move(*certificate);
  material->key = std::move(*key);
  return material;
}

}  // namespace cckm
