// Where a target's bearer token comes from, as the poller sees it.
//
// A source does not talk to anybody: where it needs a login, it hands the poller the request and
// takes the answer, so that a target has one thread and one set of connections.
//
// Thread-safety: an object belongs to the poller thread of one target.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "collectors/base/clock.h"
#include "collectors/base/error.h"
#include "collectors/base/secret.h"
#include "collectors/http/http_client.h"

namespace cckm {

// How a login ended.
struct LoginOutcome {
  std::optional<Error> error;  // none: a token was granted
  bool is_renewal = false;     // granted, and not the first one
  bool was_last_way = true;    // false: failed, and another way to log in is tried at once
};

struct TokenState {
  bool is_held = false;  // a token that was not refused since it was last accepted
  std::optional<SteadyTime> held_until = {};  // of the token held; none: not known
  std::optional<WallTime> expires_at = {};    // the same by the wall clock
};

class TokenSource {
 public:
  virtual ~TokenSource() = default;

  // The token for the next request, or null while one is being asked for: then nothing can be sent
  // yet.  The same object is returned as long as the token is the same, so that pointers tell
  // tokens apart.  Fails (auth, or what stood in the way of getting one) while there is none;
  // asking again is always allowed and cheap.
  virtual Result<std::shared_ptr<const Secret>> Current() = 0;

  // The login to send now, if there is one; OnLoginAnswer() must be given its answer, and until
  // then there is no other.  An error is a login that failed before it could be sent.
  virtual std::optional<Result<HttpRequest>> NextLogin() = 0;
  virtual LoginOutcome OnLoginAnswer(const HttpResult& response) = 0;
  // When NextLogin() may have something; none: not by itself.
  virtual std::optional<SteadyTime> NextLoginDue() const = 0;

  // Says that the appliance took `token`: an answer other than 401.  `is_repetition` says that the
  // request had been refused with another token before.
  virtual void Accepted(const std::shared_ptr<const Secret>& token, bool is_repetition) = 0;
  // Says that it did not: 401.  True if the request should be repeated with the token of Current();
  // for a
  // repetition only where it carried a token of another address.
  virtual bool Refused(const std::shared_ptr<const Secret>& token, bool is_repetition) = 0;

  // Says that requests, logins among them, go to this address of a cluster from now on, as
  // HttpRequest::address has it.
  virtual void UseAddress(std::size_t /*address*/) {}

  // Whether a fault of Current() was reported as a login's already.
  virtual bool ReportsItsFaults() const = 0;

  virtual TokenState State() const = 0;

  // Puts <secret> in place of everything in `text` that this source keeps secret: what an appliance
  // sent back to us must not be shown.
  virtual void Redact(std::string& text) const = 0;
  // Whether Redact() would replace something.
  virtual bool AppearsIn(std::string_view text) const = 0;
};

}  // namespace cckm
