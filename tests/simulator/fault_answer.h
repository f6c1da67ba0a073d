// The answer that a fault makes of a request.
//
// Thread-safety: pure functions, from any thread.

#pragma once

#include "tests/simulator/fault_rule.h"
#include "tests/simulator/http_message.h"

namespace cckm::simulator {

// Whether the request is served as ever, and only its answer suffers.
bool IsServed(const FaultRule& rule);

// The answer instead of the genuine one.  REQUIRES: !IsServed(rule).
Response AnswerFault(const FaultRule& rule);

// What is left of the genuine answer.  REQUIRES: IsServed(rule).
Response SpoilAnswer(const FaultRule& rule, Response genuine);

}  // namespace cckm::simulator
