// The part of schema.h about the proxy of a target.

#include "collectors/http/tls_material.h"
#include "exporter/config/url.h"
#include "exporter/config/yaml/schema.h"
#include "exporter/config/yaml/yaml_readers.h"

namespace cckm {

std::vector<YamlKey> ProxySchema::Keys() {
  return {
      {"proxy_url", [this](const YamlCursor& cursor) { ReadUrl(cursor); }},
      {"proxy_login", [this](const YamlCursor& cursor) { ReadLogin(cursor); }},
      {"proxy_ca_file", [this](const YamlCursor& cursor) { ReadAuthorities(cursor); }},
  };
}

void ProxySchema::ReadUrl(const YamlCursor& cursor) {
  const auto text = cursor.Text("must be a URL such as http://proxy:3128");
  if (!text) return;
  const auto url = ParseUrl(*text);
  if (!url) return cursor.ReportError(url.error());
  if (url->text.find('/', url->text.find("://") + 3) != std::string::npos) {
    return cursor.ReportError("must have no path: a proxy is a host and a port");
  }
  out_->url = url->text;
}

void ProxySchema::ReadLogin(const YamlCursor& cursor) {
  login_ = cursor;
  cursor.ReadMap({
      {"username", ReadText(out_->username), "proxy_login needs a user name"},
      {"password_file", ReadSecretPath(files_->proxy_password_file, SecretKind::kPassword),
       "proxy_login needs the path of a file with the password"},
  });
  if (out_->username.find(':') != std::string::npos) {
    cursor.ReportError("must have a username without a colon, which no proxy could tell apart");
  }
}

void ProxySchema::ReadAuthorities(const YamlCursor& cursor) {
  authorities_ = cursor;
  ReadPath(files_->proxy_ca_file)(cursor);
  const auto material = ReadTlsMaterial({.proxy_ca_file = files_->proxy_ca_file});
  if (!material) cursor.ReportError(material.error().message);
}

void ProxySchema::CheckTogether() const {
  if (login_ && out_->url.empty()) login_->ReportError("needs a proxy_url");
  if (authorities_ && !out_->url.starts_with("https://")) {
    authorities_->ReportError("needs a proxy_url that begins with https://");
  }
}

}  // namespace cckm
