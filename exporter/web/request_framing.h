// Whether a request is framed so that its end, and the start of the next one, are beyond doubt.
//
// Thread-safety: pure functions.

#pragma once

#include <civetweb.h>

namespace cckm {

struct RequestFraming {
  int refusal = 0;          // the status to refuse it with, or 0
  bool keep_alive = false;  // whether the connection may carry another request
};

// A request without a body that asks for keep-alive (RFC 9112 section 9.3) keeps the connection.
// One with a body loses it, because the body is never read.  Refused are: several body lengths or
// both kinds of them (section 6.3), HTTP/1.1 without exactly one Host (section 3.2), more headers
// than civetweb shows, and a target that is no absolute path.
RequestFraming JudgeFraming(const mg_request_info& request);

}  // namespace cckm
