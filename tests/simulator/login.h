// The logins of the simulated API: POST /api/v1/auth/tokens.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "tests/simulator/appliance.h"
#include "tests/simulator/http_message.h"

namespace cckm::simulator {

// With or without a slash at its end.
bool IsLoginPath(std::string_view path);

struct LoginError {
  enum class Kind { kBadRequest, kInvalidValue, kUnauthorized };
  Kind kind;
  std::string message;
};

// The body of a 200, or why there is none.  Both are noted in the journal.  `username` and `name`
// are both accepted, as the real API does; without grant_type it is "password".  `domain` selects
// the tenancy domain that the token is for.
tl::expected<std::string, LoginError> LogIn(Appliance& appliance, const Request& request,
                                            TimePoint now);

}  // namespace cckm::simulator
