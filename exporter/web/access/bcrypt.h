// Passwords against bcrypt hashes, by libcrypt.  The one place that knows crypt.h.
//
// Thread-safety: one thread at a time.

#pragma once

#include <memory>
#include <string>

#include "collectors/base/secret.h"

struct crypt_data;

namespace cckm {

class Bcrypt {
 public:
  Bcrypt();
  ~Bcrypt();
  Bcrypt(const Bcrypt&) = delete;
  Bcrypt& operator=(const Bcrypt&) = delete;

  // Whether the password is that of the hash.  Takes as long for a wrong one, and for one that
  // cannot be any: one with a NUL byte, where libcrypt would stop reading, and one longer than it
  // takes (512 bytes).  As everywhere, bcrypt looks at the first 72 bytes.
  // REQUIRES: `hash` has the form that web_config_file.h accepts.
  bool Matches(const Secret& password, const std::string& hash);

 private:
  struct Wipe {
    void operator()(crypt_data* data) const;
  };

  const std::unique_ptr<crypt_data, Wipe> data_;  // 32 KiB, too much for a stack
};

// A hash of the same cost as `hash` that no password is known to have.
std::string DummyHash(const std::string& hash);

}  // namespace cckm
