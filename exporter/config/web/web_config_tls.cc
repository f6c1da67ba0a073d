#include "exporter/config/web/web_config_tls.h"

#include <algorithm>
#include <utility>

#include "collectors/base/whole_file.h"
#include "collectors/http/tls_material.h"
#include "exporter/config/yaml/value_kinds.h"

namespace cckm {
namespace {

// The row of the table that is named.
template <typename Table>
YamlReader ReadName(const Table& table, const typename Table::value_type*& out) {
  return [&table, &out](const YamlCursor& cursor) {
    const std::string rule = RuleOfNames(table);
    const auto name = cursor.Text(rule);
    if (!name) return;
    const auto row = std::ranges::find(table, *name, &Table::value_type::name);
    if (row == table.end()) return cursor.ReportError(rule);
    out = &*row;
  };
}

// What the names of a list stand for, joined by colons.
template <typename Table>
YamlReader ReadNames(const Table& table, std::optional<std::string>& out) {
  return [&table, &out](const YamlCursor& cursor) {
    for (const YamlCursor& item : cursor.Items().value_or(std::vector<YamlCursor>{})) {
      const typename Table::value_type* row = nullptr;
      ReadName(table, row)(item);
      if (row == nullptr) continue;
      if (!out) out.emplace();
      if (!row->value.empty()) out->append(out->empty() ? "" : ":").append(row->value);
    }
  };
}

YamlReader ReadPem(std::string& out) {
  return [&out](const YamlCursor& cursor) {
    constexpr std::string_view kRule = "must be text in PEM form, which begins with -----BEGIN";
    auto text = cursor.Text(kRule);
    if (!text) return;
    if (text->find("-----BEGIN") == std::string::npos)
      return cursor.ReportError(std::string(kRule));
    out = std::move(*text);
  };
}

// The toolkit lets nobody in by an empty list, which here would be that there is none.
YamlReader ReadAllowedNames(std::vector<std::string>& out) {
  return [&out](const YamlCursor& cursor) {
    const auto items = cursor.Items();
    if (!items) return;
    if (items->empty()) cursor.ReportError("must name at least one, or be left out");
    for (const YamlCursor& item : *items) {
      std::string text;
      TextValue().Read(item, text);
      if (!text.empty()) out.push_back(std::move(text));
    }
  };
}

// The PEM text of a file; nothing, and a complaint, where it cannot be read.
std::optional<std::string> ReadPemFile(const YamlCursor& cursor, std::string_view key,
                                       const std::filesystem::path& file, FilePrivacy privacy) {
  constexpr std::size_t kLargestFile = std::size_t{1} << 20U;
  const auto content = ReadWholeFile(file, privacy, kLargestFile);
  if (content) return std::string(content->view());
  const std::string& objection = content.error();
  cursor.ReportError(std::string(key) + ": " + file.string() +
                     (objection.starts_with(' ') ? "" : " ") + objection);
  return std::nullopt;
}

bool Verifies(ClientAuth policy) {
  return policy == ClientAuth::kVerifyIfGiven || policy == ClientAuth::kRequireAndVerify;
}

}  // namespace

std::vector<YamlKey> WebTlsSchema::Keys() {
  std::vector<YamlKey> keys = {
      {"cert", ReadPem(inline_certificate_)},
      {"key", ReadPem(inline_key_)},
      {"client_ca", ReadPem(inline_client_ca_)},
      {"cert_file", ReadInto(cert_file_, PathValue())},
      {"key_file", ReadInto(key_file_, PathValue())},
      {"client_ca_file", ReadInto(client_ca_file_, PathValue())},
      {"client_auth_type",
       [this](const YamlCursor& cursor) {
         has_client_auth_ = true;
         ReadName(kClientAuthNames, client_auth_)(cursor);
       }},
      {"client_allowed_sans", ReadAllowedNames(tls_.client_allowed_sans)},
      {"min_version", ReadName(kTlsVersionNames, min_version_)},
      {"max_version", ReadName(kTlsVersionNames, max_version_)},
      {"cipher_suites", ReadNames(kCipherSuiteNames, cipher_suites_)},
      {"prefer_server_cipher_suites", ReadInto(tls_.prefer_server_ciphers, SwitchValue())},
      {"curve_preferences", ReadNames(kCurveNames, curves_)},
  };
  for (YamlKey& key : keys) key.read = UnlessBlank(std::move(key.read));
  return keys;
}

// As in the toolkit, the other keys alone turn nothing on.
bool WebTlsSchema::TurnsTlsOn() const {
  return !cert_file_.empty() || !key_file_.empty() || !client_ca_file_.empty() ||
         !inline_certificate_.empty() || !inline_key_.empty() || !inline_client_ca_.empty() ||
         has_client_auth_;
}

void WebTlsSchema::StayOff(const YamlCursor& cursor, WebConfig& out) const {
  if (!tls_.client_allowed_sans.empty()) {
    return cursor.ReportError("must have a certificate where there are client_allowed_sans");
  }
  out.notes.emplace_back("tls_server_config names no certificate: plain HTTP is spoken");
}

void WebTlsSchema::Read(const YamlCursor& cursor, WebConfig& out) {
  if (!cursor.ReadMap(Keys()) || !cursor.HasContent()) return;
  UseVersions(cursor, out);
  UseCiphers(cursor, out);
  tls_.client_auth = client_auth_->value;
  if (!TurnsTlsOn()) return StayOff(cursor, out);
  UseCertificate(cursor, out);
  UseClientAuthorities(cursor, out);
  CheckClients(cursor, out);
  tls_.group_list = curves_.value_or("");
  out.tls = std::move(tls_);
}

void WebTlsSchema::UseVersions(const YamlCursor& cursor, WebConfig& out) {
  if (!min_version_->value) {
    out.notes.push_back("min_version " + std::string(min_version_->name) +
                        " is taken for TLS12: older versions are not spoken");
  }
  if (!max_version_->value) {
    return cursor.ReportError(
        "must have a max_version of TLS12 or TLS13: older versions are not spoken");
  }
  tls_.min_version = min_version_->value.value_or(WebTlsVersion::kTls12);
  tls_.max_version = *max_version_->value;
  if (tls_.min_version > tls_.max_version) {
    cursor.ReportError("must have a min_version that is not above max_version");
  }
}

// As in Go, the suites of TLS 1.3 are always there, and naming only them leaves none for TLS 1.2.
void WebTlsSchema::UseCiphers(const YamlCursor& cursor, WebConfig& out) {
  tls_.cipher_list = cipher_suites_.value_or("");
  if (!cipher_suites_ || !tls_.cipher_list.empty()) return;
  if (tls_.max_version == WebTlsVersion::kTls12) {
    cursor.ReportError("must have a cipher suite of TLS 1.2 where that is the max_version");
    return;
  }
  out.notes.emplace_back("cipher_suites names none of TLS 1.2, so only TLS 1.3 is spoken");
  tls_.min_version = WebTlsVersion::kTls13;
}

void WebTlsSchema::UseCertificate(const YamlCursor& cursor, WebConfig& out) {
  if (cert_file_.empty() == inline_certificate_.empty() ||
      key_file_.empty() == inline_key_.empty()) {
    return cursor.ReportError(
        "must have a certificate, either as cert_file or as cert, and its key, either as key_file "
        "or as key");
  }
  if (!cert_file_.empty() && !key_file_.empty()) return UseCertificateFiles(cursor, out);
  tls_.certificate = std::move(inline_certificate_);
  tls_.key = std::make_shared<const Secret>(inline_key_);
  if (!cert_file_.empty()) {
    out.files.push_back(cert_file_);
    tls_.certificate =
        ReadPemFile(cursor, "cert_file", cert_file_, FilePrivacy::kPublic).value_or("");
  }
  if (!key_file_.empty()) {
    out.files.push_back(key_file_);
    tls_.key = std::make_shared<const Secret>(
        ReadPemFile(cursor, "key_file", key_file_, FilePrivacy::kSecret).value_or(""));
  }
}

void WebTlsSchema::UseCertificateFiles(const YamlCursor& cursor, WebConfig& out) {
  out.files.push_back(cert_file_);
  out.files.push_back(key_file_);
  const auto pair = ReadTlsMaterial({.cert_file = cert_file_, .key_file = key_file_});
  if (!pair) return cursor.ReportError(pair.error().message);
  tls_.certificate = (*pair)->certificate;
  tls_.key = std::make_shared<const Secret>(std::string((*pair)->key.Reveal()));
}

void WebTlsSchema::UseClientAuthorities(const YamlCursor& cursor, WebConfig& out) {
  if (!client_ca_file_.empty() && !inline_client_ca_.empty()) {
    return cursor.ReportError("must not have both client_ca_file and client_ca");
  }
  tls_.client_authorities = inline_client_ca_;
  if (client_ca_file_.empty()) return;
  out.files.push_back(client_ca_file_);
  const auto store = ReadTlsMaterial({.ca_file = client_ca_file_});
  if (!store) return cursor.ReportError("client_" + store.error().message);
  tls_.client_authorities = (*store)->authorities;
}

void WebTlsSchema::CheckClients(const YamlCursor& cursor, WebConfig& out) const {
  const bool has_authorities = !client_ca_file_.empty() || !inline_client_ca_.empty();
  if (has_authorities && tls_.client_auth == ClientAuth::kNone) {
    cursor.ReportError("must have a client_auth_type where there is a client_ca_file");
  }
  if (!has_authorities && Verifies(tls_.client_auth)) {
    out.notes.emplace_back(
        "client_auth_type verifies certificates of clients and there is no client_ca_file: none is "
        "trusted");
  }
  if (!tls_.client_allowed_sans.empty() && !Verifies(tls_.client_auth)) {
    cursor.ReportError(
        "must have a client_auth_type of VerifyClientCertIfGiven or RequireAndVerifyClientCert "
        "for client_allowed_sans: a name in a certificate that nobody verified says nothing");
  }
}

}  // namespace cckm
