#include "collectors/http/tls_material.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <string_view>
#include <utility>

#include "collectors/base/redact.h"
#include "collectors/base/secret_file.h"
#include "collectors/base/whole_file.h"
#include "collectors/http/pem.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{4} << 20U;  // a store of all public CAs has 220 KB

// Empties OpenSSL's queue of errors when it goes.
struct ErrorCleaner {
  ~ErrorCleaner() { ERR_clear_error(); }
};

bool HoldsCertificates(std::string_view pem) {
  return ForEachCertificate(pem, [](X509& /*certificate*/) { return true; });
}

bool BelongsTo(const PrivateKey& key, std::string_view certificate_pem) {
  const Certificate certificate = FirstCertificate(certificate_pem);
  return certificate && X509_check_private_key(certificate.get(), key.get()) == 1;
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

Result<void> ReadCertificates(std::string_view key, const std::filesystem::path& path,
                              std::string& out) {
  if (path.empty()) return {};
  const auto content = ReadTextFile(path, FilePrivacy::kPublic, kMaxBytes);
  if (!content && !IsNoText(content.error())) return Refuse(key, path, content.error());
  if (content && HoldsCertificates(content->view())) {
    out = content->view();
    return {};
  }
  if (content && HoldsOnly(content->view(), kKeyLine, kCertificateLine)) {
    return Refuse(key, path, " holds a private key; it must hold certificates in PEM form");
  }
  return Refuse(key, path, " must hold certificates in PEM form, and nothing broken");
}

Result<void> ReadKeyFile(const std::filesystem::path& path, TlsMaterial& out) {
  constexpr std::string_view kName = "key_file";
  if (path.empty()) return {};
  const auto content = ReadTextFile(path, FilePrivacy::kSecret, kMaxBytes);
  if (!content && !IsNoText(content.error())) return Refuse(kName, path, content.error());
  const PrivateKey key = content ? ReadPrivateKey(content->view()) : PrivateKey();
  if (content && HoldsOnly(content->view(), kCertificateLine, kKeyLine)) {
    return Refuse(kName, path, " holds a certificate; it must hold the private key of cert_file");
  }
  if (!key) return Refuse(kName, path, " must hold a private key in PEM form, without passphrase");
  if (!BelongsTo(key, out.certificate)) {
    return Refuse(kName, path, " does not belong to the first certificate of cert_file");
  }
  out.key = Secret(std::string(content->view()));
  return {};
}

std::optional<WallTime> EndOfFirst(std::string_view pem) {
  const Certificate certificate = FirstCertificate(pem);
  return certificate ? EndOfValidity(*certificate) : std::nullopt;
}

Result<void> ReadProxyPassword(const std::filesystem::path& path, TlsMaterial& out) {
  if (path.empty()) return {};
  return ReadSecretFile(path, SecretKind::kPassword).map([&out](Secret password) {
    out.proxy_password = std::move(password);
  });
}

}  // namespace

Result<std::shared_ptr<const TlsMaterial>> ReadTlsMaterial(const TlsFiles& files) {
  const ErrorCleaner cleaner;
  auto material = std::make_shared<TlsMaterial>();
  TlsMaterial& out = *material;
  const Result<void> read =
      ReadCertificates("ca_file", files.ca_file, out.authorities)
          .and_then([&] { return ReadCertificates("cert_file", files.cert_file, out.certificate); })
          .and_then([&] { return ReadKeyFile(files.key_file, out); })
          .and_then([&] {
            return ReadCertificates("proxy_ca_file", files.proxy_ca_file, out.proxy_authorities);
          })
          .and_then([&] { return ReadProxyPassword(files.proxy_password_file, out); });
  if (!read) return tl::make_unexpected(read.error());
  out.certificate_expires_at = EndOfFirst(out.certificate);
  return material;
}

}  // namespace cckm
