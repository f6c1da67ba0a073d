// How a target's connections are made: TLS and the proxy.
//
// Held by the configuration and given to CurlHttpClient.  Thread-safety: plain data.

#pragma once

#include <filesystem>
#include <string>

namespace cckm {

inline constexpr int kDefaultMaxConnections = 8;  // to one target

struct TlsFiles {
  std::filesystem::path ca_file = {};              // empty: the system's store is trusted
  std::filesystem::path cert_file = {};            // empty: no client certificate
  std::filesystem::path key_file = {};             // empty if and only if cert_file is
  std::filesystem::path proxy_ca_file = {};        // empty: the system's store is trusted
  std::filesystem::path proxy_password_file = {};  // empty: no login

  bool empty() const {
    return ca_file.empty() && cert_file.empty() && proxy_ca_file.empty() &&
           proxy_password_file.empty();
  }

  friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

struct TlsOptions {
  TlsFiles files = {};           // already checked; read again when they change
  std::string server_name = {};  // verified and sent instead of the URL's host; empty: the host
  bool tls13_only = false;       // else TLS 1.2 will do
  bool insecure_skip_verify = false;

  friend bool operator==(const TlsOptions&, const TlsOptions&) = default;
};

// A proxy that opens a tunnel to the appliance.
struct ProxyOptions {
  std::string url = {};       // http:// or https://host[:port], 80 or 443 if not told; empty: none
  std::string username = {};  // empty: no login; the password comes from TlsFiles

  friend bool operator==(const ProxyOptions&, const ProxyOptions&) = default;
};

}  // namespace cckm
