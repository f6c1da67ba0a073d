// The request header `Authorization` of HTTP's basic scheme (RFC 7617).
//
// Thread-safety: pure functions.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collectors/base/secret.h"

namespace cckm {

struct BasicCredentials {
  std::string user;  // without colon
  Secret password;
};

// Nothing where the header is not there, has another scheme, or is not base64 of user:password in
// its one canonical form.
std::optional<BasicCredentials> ParseBasicAuthorization(std::string_view header);

}  // namespace cckm
