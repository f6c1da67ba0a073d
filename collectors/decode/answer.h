// Judges an HTTP answer before its body is decoded: may it be read, and if not, what kind of fault
// is it.
//
// Thread-safety: pure functions; the Decoder belongs to the caller's thread.

#pragma once

#include <string_view>

#include "collectors/base/error.h"
#include "collectors/decode/decoder.h"
#include "collectors/http/http_client.h"

namespace cckm {

// True for an answer of the appliance that says the thing asked for does not exist: a 404 with its
// error body.  A proxy's 404 says nothing of the thing.
bool IsNotFound(const HttpResult& response, Decoder& decoder);

// The body of a 2xx answer of type application/json.  Otherwise the fault: that of the request
// itself, or of the status (401 auth, 403 forbidden, 429 rate_limited, 3xx redirect, any other
// http_status) with what the error body says, or content_type (also for a content coding).  The
// view lives as long as the response.
Result<std::string_view> UsableBody(const HttpResult& response, Decoder& decoder);

}  // namespace cckm
