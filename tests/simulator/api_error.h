// The error answers of the simulated API.
//
// Thread-safety: pure functions, from any thread.

#pragma once

#include <string_view>

#include "tests/simulator/http_message.h"

namespace cckm::simulator {

// 404, code 16, in the short form without a message.
Response NotFound();

// 401, code 5.
Response Unauthorized(std::string_view message, std::string_view request_id);

// 403.  The number of its code is not public; the simulator's is its own choice.
Response Forbidden();

// 400, code 15: the request as a whole is wrong.
Response BadRequest(std::string_view message);

// 400, code 9: one value of the request is wrong.
Response InvalidValue(std::string_view message);

// 409.  The number of its code is not public; the simulator's is its own choice.
Response Conflict(std::string_view message);

// 405 with the methods that are allowed, a literal; the code is the simulator's own choice too.
Response MethodNotAllowed(std::string_view allow);

// An answer of the given status that a fault was asked for.
Response Fault(int status);

}  // namespace cckm::simulator
