// What the keys of the configuration are and what each may hold: deploy/docs/configuration.md as
// tables.
//
// Thread-safety: as yaml_cursor.h.

#pragma once

#include <optional>
#include <vector>

#include "exporter/config/config.h"
#include "exporter/config/yaml/yaml_cursor.h"

namespace cckm {

// Reads the whole document.  What it returns is valid if the source has no problems afterwards.
Config ReadConfig(const YamlCursor& root);

// The keys that may stand under `global` and again on a target.
std::vector<YamlKey> SettingsKeys(TargetSettings& out);

// Reads the map under `collectors`.
YamlReader ReadCollectors(std::vector<CollectorConfig>& out);

// The keys of a target about its proxy.
class ProxySchema {
 public:
  ProxySchema(ProxyOptions& out, TlsFiles& files) : out_(&out), files_(&files) {}

  // They refer to this object.
  std::vector<YamlKey> Keys();
  // To be called once the target was read.
  void CheckTogether() const;

 private:
  void ReadUrl(const YamlCursor& cursor);
  void ReadLogin(const YamlCursor& cursor);
  void ReadAuthorities(const YamlCursor& cursor);

  ProxyOptions* out_;
  TlsFiles* files_;
  std::optional<YamlCursor> login_;
  std::optional<YamlCursor> authorities_;
};

// The three ways to authenticate, of which a target has exactly one.
class AuthenticationSchema {
 public:
  explicit AuthenticationSchema(Authentication& out) : out_(&out) {}

  // The keys of a target.  They refer to this object.
  std::vector<YamlKey> Keys();
  // To be called once the target was read.
  void CheckOneWasGiven(const YamlCursor& target) const;

 private:
  void ReadTokenFile(const YamlCursor& cursor);
  void ReadLogin(const YamlCursor& cursor);
  void ReadClientCertificate(const YamlCursor& cursor);

  Authentication* out_;
  std::vector<YamlCursor> given_;
};

}  // namespace cckm
