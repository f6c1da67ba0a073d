// Writes answers to a connection of civetweb.
//
// Thread-safety: called by the thread that serves the connection.

#pragma once

#include <civetweb.h>

#include <string_view>

#include "exporter/web/http_server.h"

namespace cckm {

struct AnswerFraming {
  bool without_body = false;  // for HEAD: the headers of the answer alone
  bool keep_alive = false;
};

// Writes head and body.  A header of `configured` takes the place of the answer's own of that name.
// Ends the connection after it without keep_alive, and where the client is gone or has read nothing
// for the time limit.  A long body is not copied.
void WriteAnswer(mg_connection* connection, const WebAnswer& answer, const WebHeaders& configured,
                 AnswerFraming framing);

// Writes `bytes` as they are; false if not all could be.
bool WriteBytes(mg_connection* connection, std::string_view bytes);

// The answer with nothing but the name of its status as text.
WebAnswer PlainAnswer(int status);

}  // namespace cckm
