// The answer to a login as a grant.
//
// Called by Decoder.  Thread-safety: pure functions.

#pragma once

#include <simdjson.h>

#include "collectors/decode/decoder.h"

namespace cckm {

// Fails with kSchema where it holds no usable token.
Decoded<TokenGrant> ReadTokenGrant(simdjson::dom::object root);

}  // namespace cckm
