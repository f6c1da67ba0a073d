// Notes what certificate a server presents, on top of OpenSSL's verification, and refuses one that
// has no alternative names.
//
// Only this room may include this.  Thread-safety: belongs to the thread of its client.

#pragma once

#include <curl/curl.h>

#include <optional>
#include <utility>

#include "collectors/base/clock.h"

namespace cckm {

class PeerCertificate {
 public:
  // Makes the transfers of `easy` tell this object their server's certificate, whether it passes
  // the verification or not.  REQUIRES: this outlives the connections.
  CURLcode Watch(CURL* easy);

  // The end of validity of the certificate presented since the last call.
  std::optional<WallTime> TakeExpiry() { return std::exchange(expires_at_, std::nullopt); }

 private:
  static CURLcode OnContext(CURL* easy, void* context, void* self);

  std::optional<WallTime> expires_at_;
};

}  // namespace cckm
