// Where a target's bearer token comes from, as the pollers see it.
//
// Thread-safety: an object belongs to the poller thread of one target.

#pragma once

#include <memory>

#include "collectors/base/error.h"
#include "collectors/base/secret.h"

namespace cckm {

class TokenSource {
 public:
  virtual ~TokenSource() = default;

  // The token for the next request; never null.  The same object is returned as long as the token
  // is the same, so that pointers tell tokens apart.  Fails (auth, or what stood in the way of
  // getting one) while there is none; asking again is always allowed and cheap.
  virtual Result<std::shared_ptr<const Secret>> Current() = 0;

  // Says how the appliance took `token`: an answer other than 401, or 401.  Has no effect if the
  // token has been replaced since.
  virtual void Accepted(const std::shared_ptr<const Secret>& token) = 0;
  virtual void Refused(const std::shared_ptr<const Secret>& token) = 0;

  // Whether a token is held that was not refused since it was last accepted.
  virtual bool authenticated() const = 0;
};

}  // namespace cckm
