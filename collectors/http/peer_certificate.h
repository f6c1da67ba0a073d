// Notes what certificate a server presents, on top of OpenSSL's verification, refuses one that has
// no alternative names, and notes whether the server asks for a certificate of ours.
//
// Only this library may include this.  Thread-safety: belongs to the thread of its client.

#pragma once

#include <optional>
#include <utility>

#include "collectors/base/clock.h"

namespace cckm {

enum class Peer { kServer, kProxy };

class PeerCertificate {
 public:
  // Makes the handshakes of an SSL_CTX tell this object: of a server its certificate, whether it
  // passes the verification or not.  REQUIRES: this outlives the connections.
  void Install(void* context, Peer peer);

  // The end of validity of the certificate presented since the last call.
  std::optional<WallTime> TakeExpiry() { return std::exchange(expires_at_, std::nullopt); }

  // Whether the server asked for our certificate since it last gave an answer.  In TLS 1.3 it says
  // no to it, or to its absence, only after the handshake, by closing the connection.
  bool asks_for_ours() const { return asks_for_ours_; }
  void ServerAnswered() { asks_for_ours_ = false; }

 private:
  std::optional<WallTime> expires_at_;
  bool asks_for_ours_ = false;
};

}  // namespace cckm
