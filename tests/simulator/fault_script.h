// A file of faults that come and go by themselves: one rule a line, its parameters (fault_rule.h)
// separated by blanks, a # before a comment.  A blank or a # inside a value is written %20 or %23.
//
//   at=5s for=10s status=503 path=/api/v1/auth/tokens retry_after=5
//
// Thread-safety: a pure function, from any thread.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/fault_rule.h"

namespace cckm::simulator {

struct FaultScript {
  std::vector<FaultRule> rules;
  std::vector<std::string> problems;  // each with the number of its line, from 1
};

FaultScript ParseFaultScript(std::string_view text);

}  // namespace cckm::simulator
