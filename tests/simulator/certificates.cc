#include "tests/simulator/certificates.h"

#include <array>
#include <cstdint>

#include <openssl/rand.h>

#include "tests/simulator/openssl_handles.h"

namespace cckm::simulator {
namespace {

constexpr long kVersion3 = 2;

// The extensions that say what a certificate is good for, by usage.
struct Extension {
  Usage usage;
  int name;
  const char* value;
};
constexpr std::array<Extension, 8> kExtensions = {{
    {Usage::kAuthority, NID_basic_constraints, "critical,CA:TRUE"},
    {Usage::kAuthority, NID_key_usage, "critical,keyCertSign,cRLSign"},
    {Usage::kServer, NID_basic_constraints, "critical,CA:FALSE"},
    {Usage::kServer, NID_key_usage, "critical,digitalSignature"},
    {Usage::kServer, NID_ext_key_usage, "serverAuth"},
    {Usage::kClient, NID_basic_constraints, "critical,CA:FALSE"},
    {Usage::kClient, NID_key_usage, "critical,digitalSignature"},
    {Usage::kClient, NID_ext_key_usage, "clientAuth"},
}};

bool SetSerial(X509* certificate) {
  std::uint64_t number = 0;
  std::array<unsigned char, sizeof(number)> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  for (const unsigned char byte : bytes) number = (number << 8) | byte;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number) == 1;
}

bool SetName(X509_NAME* name, const std::string& common_name) {
  const auto* const text = reinterpret_cast<const unsigned char*>(common_name.data());
  return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, text,
                                    static_cast<int>(common_name.size()), -1, 0) == 1;
}

bool SetTime(ASN1_TIME* target, TimePoint time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  return ASN1_TIME_set(target, static_cast<std::time_t>(seconds.count())) != nullptr;
}

bool AddExtension(X509* certificate, X509* issuer, int name, const char* value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, name, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool AddUsage(X509* certificate, X509* issuer, Usage usage) {
  bool good = AddExtension(certificate, issuer, NID_subject_key_identifier, "hash") &&
              AddExtension(certificate, issuer, NID_authority_key_identifier, "keyid");
  for (const Extension& extension : kExtensions) {
    if (extension.usage != usage) continue;
    good = good && AddExtension(certificate, issuer, extension.name, extension.value);
  }
  return good;
}

bool AddNames(GENERAL_NAMES* names, int kind, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    GeneralNamePtr name(a2i_GENERAL_NAME(nullptr, nullptr, nullptr, kind, text.c_str(), 0));
    if (!name || sk_GENERAL_NAME_push(names, name.get()) <= 0) return false;
    static_cast<void>(name.release());  // now the stack's
  }
  return true;
}

bool AddAlternativeNames(X509* certificate, const CertificateOptions& options) {
  if (options.dns_names.empty() && options.ip_addresses.empty()) return true;
  const GeneralNamesPtr names(sk_GENERAL_NAME_new_null());
  return names != nullptr && AddNames(names.get(), GEN_DNS, options.dns_names) &&
         AddNames(names.get(), GEN_IPADD, options.ip_addresses) &&
         X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) ==
             1;
}

struct Issuer {
  X509Ptr certificate;
  KeyPtr key;
};

// Nothing where the texts hold none.
std::optional<Issuer> ReadIssuer(const Certificate& pem) {
  Issuer issuer{ReadCertificate(OpenText(pem.certificate_pem).get()),
                ReadKey(OpenText(pem.key_pem).get())};
  if (!issuer.certificate || !issuer.key) return std::nullopt;
  return issuer;
}

using Write = int (*)(BIO* out, const void* object);

std::string AsPem(Write write, const void* object) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (!out || write(out.get(), object) != 1) return {};
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

int WriteCertificate(BIO* out, const void* object) {
  return PEM_write_bio_X509(out, static_cast<const X509*>(object));
}

int WriteKey(BIO* out, const void* object) {
  return PEM_write_bio_PrivateKey(out, static_cast<const EVP_PKEY*>(object), nullptr, nullptr, 0,
                                  nullptr, nullptr);
}

// Everything but the extensions and the signature.
bool Fill(X509* certificate, const CertificateOptions& options, const X509_NAME* issuer_name,
          EVP_PKEY* key, TimePoint now) {
  return X509_set_version(certificate, kVersion3) == 1 && SetSerial(certificate) &&
         SetName(X509_get_subject_name(certificate), options.common_name) &&
         X509_set_issuer_name(certificate, issuer_name != nullptr
                                               ? issuer_name
                                               : X509_get_subject_name(certificate)) == 1 &&
         SetTime(X509_getm_notBefore(certificate), now + options.not_before) &&
         SetTime(X509_getm_notAfter(certificate), now + options.not_after) &&
         X509_set_pubkey(certificate, key) == 1;
}

}  // namespace

tl::expected<Certificate, std::string> MakeCertificate(const CertificateOptions& options,
                                                       TimePoint now) {
  std::optional<Issuer> issuer;
  if (options.issuer) {
    issuer = ReadIssuer(*options.issuer);
    if (!issuer) return tl::unexpected("the issuer of " + options.common_name + " is no PEM");
  }
  const KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const X509Ptr certificate(X509_new());
  X509* const issued_by = issuer ? issuer->certificate.get() : certificate.get();
  const bool good =
      key && certificate &&
      Fill(certificate.get(), options, issuer ? X509_get_subject_name(issued_by) : nullptr,
           key.get(), now) &&
      AddUsage(certificate.get(), issued_by, options.usage) &&
      AddAlternativeNames(certificate.get(), options) &&
      X509_sign(certificate.get(), issuer ? issuer->key.get() : key.get(), EVP_sha256()) > 0;
  if (!good) return tl::unexpected("no certificate can be made for " + options.common_name);
  return Certificate{AsPem(WriteCertificate, certificate.get()), AsPem(WriteKey, key.get())};
}

}  // namespace cckm::simulator
