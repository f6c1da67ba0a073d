// The part `tls_server_config` of the web configuration.
//
// Used by web_config_file.cc only.  Thread-safety: as yaml_cursor.h.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "exporter/config/web/web_config_names.h"
#include "exporter/config/web_config.h"
#include "exporter/config/yaml/yaml_cursor.h"

namespace cckm {

// What the keys of `tls_server_config` say, before they are put together.
class WebTlsSchema {
 public:
  // Reads the map and the files that it names.  Writes nothing to `out.tls` where no key is there
  // that turns TLS on; what is wrong is reported.
  void Read(const YamlCursor& cursor, WebConfig& out);

  // True where a private key stands in the web configuration itself.
  bool has_inline_key() const { return !inline_key_.empty(); }

 private:
  std::vector<YamlKey> Keys();
  void UseVersions(const YamlCursor& cursor, WebConfig& out);
  void UseCiphers(const YamlCursor& cursor, WebConfig& out);
  void UseCertificate(const YamlCursor& cursor, WebConfig& out);
  void UseCertificateFiles(const YamlCursor& cursor, WebConfig& out);
  void UseClientAuthorities(const YamlCursor& cursor, WebConfig& out);
  void CheckClients(const YamlCursor& cursor, WebConfig& out) const;
  bool TurnsTlsOn() const;
  void StayOff(const YamlCursor& cursor, WebConfig& out) const;

  WebTlsConfig tls_;
  std::filesystem::path cert_file_;
  std::filesystem::path key_file_;
  std::filesystem::path client_ca_file_;
  std::string inline_certificate_;
  std::string inline_key_;
  std::string inline_client_ca_;
  bool has_client_auth_ = false;
  const NamedValue<ClientAuth>* client_auth_ = &kClientAuthNames[0];                    // none
  const NamedValue<std::optional<WebTlsVersion>>* min_version_ = &kTlsVersionNames[1];  // TLS12
  const NamedValue<std::optional<WebTlsVersion>>* max_version_ = &kTlsVersionNames[0];  // TLS13
  // As OpenSSL writes them; none: none is named.
  std::optional<std::string> cipher_suites_;
  std::optional<std::string> curves_;
};

}  // namespace cckm
