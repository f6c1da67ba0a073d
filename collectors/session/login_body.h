// The JSON body of a login: POST /api/v1/auth/tokens.
//
// Written by hand, because a JSON library would leave copies of the password in memory.
// Thread-safety: pure functions.

#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "collectors/base/secret.h"

namespace cckm {

using LoginField = std::pair<std::string_view, std::string_view>;  // name and value

// An object of the fields, in order; those with an empty value are left out.  Text is escaped as
// RFC 8259 asks; what is not UTF-8 is passed on as it is.
Secret LoginBody(const std::vector<LoginField>& fields);

}  // namespace cckm
