// The answer to a change that the simulated appliance did not make.
//
// Thread-safety: a pure function, from any thread.

#pragma once

#include "tests/simulator/http_message.h"
#include "tests/simulator/world.h"

namespace cckm::simulator {

Response AnswerRefusal(Refusal refusal);

}  // namespace cckm::simulator
