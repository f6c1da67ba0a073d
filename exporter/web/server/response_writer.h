// Writes answers to a connection of civetweb.
//
// Thread-safety: called by the thread that serves the connection.

#pragma once

#include <civetweb.h>

#include <string>
#include <string_view>

#include "exporter/web/server/web_response.h"

namespace cckm {

struct AnswerFraming {
  bool without_body = false;  // for HEAD: the headers of the answer alone
  bool keep_alive = false;
  WallTime now = {};
};

// Writes head and body.  A header of `configured` takes the place of the answer's own of that name.
// Ends the connection after it without keep_alive, and where the client is gone or has read nothing
// for the time limit: then it returns false.  A long body is not copied.
bool WriteAnswer(mg_connection* connection, const WebResponse& answer, const WebHeaders& configured,
                 AnswerFraming framing);

// Writes `bytes` as they are; false if not all could be.
bool WriteBytes(mg_connection* connection, std::string_view bytes);

// What a connection over the limit gets: always of the same length, and shorter than any other
// answer, so that a connection on which exactly this much was written is over the limit.
std::string SurplusAnswer(WallTime now);

// The answer with nothing but the name of its status as text.
WebResponse PlainAnswer(int status);

}  // namespace cckm
