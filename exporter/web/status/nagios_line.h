// What a Nagios plugin says of the answer of /api/v1/status.
//
// Source: the Monitoring Plugins' development guidelines: one line of text, a bar and performance
// data; exit codes 0 (OK), 1 (WARNING), 2 (CRITICAL), 3 (UNKNOWN).
// Thread-safety: pure functions.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cckm {

// The values are the exit codes.
enum class NagiosState : std::uint8_t { kOk, kWarning, kCritical, kUnknown };

struct NagiosLine {
  NagiosState state = NagiosState::kUnknown;
  std::string text;  // one line, without its end
};

// The line for a state without figures.
NagiosLine MakeNagiosLine(NagiosState state, std::string_view sentence);

// The exporter's verdict with its counts of targets, domains and refreshes.  It is trouble:
// critical; attention: warning; waiting, and what is no such answer: unknown.
NagiosLine NagiosLineOf(std::string_view status_json);

}  // namespace cckm
