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
// One with a body loses it, because the body is never read.  Refused are: a head that is not strict
// (request_head.h), several body lengths or both kinds of them, a length that is no number (section
// 6.3), HTTP/1.1 without exactly one Host (section 3.2), whatever it says, more headers than
// civetweb shows, a target that request_target.h does not read, and what is expected but
// 100-continue (RFC 9110 section 10.1.1).
RequestFraming JudgeFraming(const mg_request_info& request);

}  // namespace cckm
