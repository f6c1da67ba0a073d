// The ways to log in by oneself.
//
// Held by the configuration and given to LoginTokenSource.  Thread-safety: plain data.

#pragma once

#include <filesystem>
#include <string>

namespace cckm {

struct PasswordLogin {
  std::string username = {};
  std::filesystem::path password_file = {};
  // All optional; see the API's page on authentication.
  std::string connection = {};
  std::string domain = {};
  std::string auth_domain = {};
  std::string auth_domain_path = {};

  friend bool operator==(const PasswordLogin&, const PasswordLogin&) = default;
};

// Proves itself by the connection's client certificate.
struct CertificateLogin {
  std::string client_id = {};
  std::filesystem::path certificate_file = {};

  friend bool operator==(const CertificateLogin&, const CertificateLogin&) = default;
};

}  // namespace cckm
