// The part of schema.h about the ways to authenticate.

#include "exporter/config/yaml/schema.h"
#include "exporter/config/yaml/yaml_readers.h"

namespace cckm {
namespace {

constexpr const char* kExactlyOne =
    "must have exactly one of login, authorization and client_certificate";

}  // namespace

std::vector<YamlKey> AuthenticationSchema::Keys() {
  return {
      {"login", [this](const YamlCursor& cursor) { ReadLogin(cursor); }},
      {"authorization", [this](const YamlCursor& cursor) { ReadTokenFile(cursor); }},
      {"client_certificate", [this](const YamlCursor& cursor) { ReadClientCertificate(cursor); }},
  };
}

void AuthenticationSchema::CheckOneWasGiven(const YamlCursor& target) const {
  if (given_.empty()) target.ReportError(kExactlyOne);
  for (std::size_t i = 1; i < given_.size(); ++i) {
    given_[i].ReportError(std::string("is one way too many: the target ") + kExactlyOne);
  }
}

void AuthenticationSchema::ReadTokenFile(const YamlCursor& cursor) {
  given_.push_back(cursor);
  TokenFileAuthentication token;
  cursor.ReadMap({{"credentials_file", ReadSecretPath(token.credentials_file, SecretKind::kToken),
                   "authorization needs the path of a file with a bearer token"}});
  *out_ = std::move(token);
}

void AuthenticationSchema::ReadLogin(const YamlCursor& cursor) {
  given_.push_back(cursor);
  PasswordLogin login;
  cursor.ReadMap({
      {"username", ReadText(login.username), "login needs a user name"},
      {"password_file", ReadSecretPath(login.password_file, SecretKind::kPassword),
       "login needs the path of a file with the password"},
      {"connection", ReadText(login.connection)},
      {"domain", ReadText(login.domain)},
      {"auth_domain", ReadText(login.auth_domain)},
      {"auth_domain_path", ReadText(login.auth_domain_path)},
  });
  *out_ = std::move(login);
}

void AuthenticationSchema::ReadClientCertificate(const YamlCursor& cursor) {
  given_.push_back(cursor);
  CertificateLogin certificate;
  cursor.ReadMap({{"client_id", ReadText(certificate.client_id),
                   "client_certificate needs the ID of the registered client"}});
  *out_ = std::move(certificate);
}

}  // namespace cckm
