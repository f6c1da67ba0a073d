// What `--web.config.file` says, in the format of Prometheus' exporter-toolkit: plain, valid data.
//
// Made by web_config_file.h, read by exporter/web.  Thread-safety: a const object may be read from
// any thread.

#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collectors/base/clock.h"
#include "collectors/base/secret.h"

namespace cckm {

// What is asked of clients, in the order of strictness.
enum class ClientAuth {
  kNone,              // NoClientCert
  kRequest,           // RequestClientCert: asked for, none or any will do
  kRequireAny,        // RequireAnyClientCert: any will do
  kVerifyIfGiven,     // VerifyClientCertIfGiven: none will do
  kRequireAndVerify,  // RequireAndVerifyClientCert
};

// What exists of TLS for this server; older versions are never spoken.
enum class WebTlsVersion { kTls12, kTls13 };

struct WebTlsConfig {
  std::string certificate;  // PEM: the server's own, then its issuer and so on
  std::shared_ptr<const Secret> key = std::make_shared<const Secret>();  // PEM, no passphrase
  std::string client_authorities;  // PEM; empty unless clients are verified
  ClientAuth client_auth = ClientAuth::kNone;
  std::vector<std::string> client_allowed_sans;  // empty: any
  WebTlsVersion min_version = WebTlsVersion::kTls12;
  WebTlsVersion max_version = WebTlsVersion::kTls13;
  std::string cipher_list;  // of TLS 1.2, in OpenSSL's notation; empty: the default
  std::string group_list;   // in OpenSSL's notation; empty: the default
  bool prefer_server_ciphers = true;
};

// A token bucket that gains a token every `interval` and holds `burst` at most.
struct RateLimit {
  Nanoseconds interval{0};  // zero: no limit
  std::size_t burst = 0;

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

using WebHeaders = std::vector<std::pair<std::string, std::string>>;
// User to bcrypt hash, whose form was checked.
using WebUsers = std::map<std::string, std::string, std::less<>>;

struct WebConfig {
  std::optional<WebTlsConfig> tls;  // nothing: plain HTTP
  WebHeaders headers;               // carried by every answer
  WebUsers users;                   // empty: everybody may come in
  RateLimit rate_limit;
  // What was written and is not obeyed, a sentence each, to be logged.
  std::vector<std::string> notes;
  // All files that this was made of; a change of one of them is a change of this.
  std::vector<std::filesystem::path> files;
};

}  // namespace cckm
