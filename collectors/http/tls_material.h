// The certificates, the key and the proxy's password that a target's connections use, as its files
// hold them.
//
// Used by CurlHttpClient, and by the configuration to check the files.  Thread-safety: pure
// functions over the file system.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/base/secret.h"
#include "collectors/http/connection_options.h"

namespace cckm {

// PEM text; empty where there is no file.
struct TlsMaterial {
  std::string authorities;
  std::string certificate;
  Secret key;
  std::string proxy_authorities = {};
  Secret proxy_password = {};
  std::optional<WallTime> certificate_expires_at = {};  // of the first one

  // Whether connections made with one can stand for the other.
  friend bool operator==(const TlsMaterial&, const TlsMaterial&) = default;
};

// Reads the files.  Fails with ErrorKind::kTls, and a sentence that names the file, if one cannot
// be read, holds no certificate (or key) in PEM form, or if the key, which must not be readable by
// everybody and needs no passphrase, does not belong to the first certificate of cert_file; with
// ErrorKind::kAuth if the password cannot be read as ReadSecretFile() wants it.
Result<std::shared_ptr<const TlsMaterial>> ReadTlsMaterial(const TlsFiles& files);

}  // namespace cckm
