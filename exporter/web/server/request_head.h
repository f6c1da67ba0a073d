// What civetweb's parser let pass in the head of a request, found in what it left in its buffer.
//
// civetweb reads a head leniently and shows its parts only.  It writes a NUL over each delimiter
// and shows where each part begins, so that the delimiters can be counted.
//
// Used by http_server.cc and by what reads requests.  Thread-safety: pure functions; called by the
// thread that serves the connection, before civetweb reads its next request.

#pragma once

#include <civetweb.h>

#include <string_view>
#include <vector>

namespace cckm {

// The values of all lines of a header, as civetweb shows them.
std::vector<std::string_view> ValuesOf(const mg_request_info& request, std::string_view name);

// Whether the head is one of RFC 9112: single spaces in the request line (section 3), CR LF after
// each line (2.2), no folded line (5.2), and fields with a name that a colon follows at once (5.1).
// Not found out is a lone LF at the end of a head without any field.
// REQUIRES: civetweb read the whole head.
bool IsStrictHead(const mg_request_info& request);

// Whether these may be bytes of a former request in the same buffer, of another client perhaps.
// civetweb skips blanks before a request, also beyond what was received.  `buffer` is where the
// first head in this buffer began, null before there was one, and is kept by the caller; a single
// empty line before the request is taken (section 2.2).
bool MayBeStale(const mg_request_info& request, const char*& buffer);

}  // namespace cckm
