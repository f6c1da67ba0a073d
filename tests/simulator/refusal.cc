#include "tests/simulator/refusal.h"

#include "tests/simulator/api_error.h"

namespace cckm::simulator {

Response AnswerRefusal(Refusal refusal) {
  switch (refusal) {
    case Refusal::kUnknownRefresh:
    case Refusal::kUnknownUnit:
      break;
    case Refusal::kBusyUnit:
      return Conflict("A synchronization is already in progress.");
    case Refusal::kKnownId:
      return Conflict("A synchronization with this ID exists.");
    case Refusal::kNotRunning:
      return Conflict("The synchronization is not in progress.");
    case Refusal::kOneUnit:
      return Conflict("A synchronization of one unit cannot end partially.");
  }
  return NotFound();
}

}  // namespace cckm::simulator
