// What fails on purpose, and how: one rule, as a control request or a line of a script asks for it.
//
//   kind=K            status (the default), close, hang, truncate or garbage; see FaultKind
//   status=N          400 to 599; 300 to 399 with a location
//   path=PREFIX       only requests below it; otherwise all of the API
//   count=N           so many answers, then no more; 0, the default: until faults are switched off
//   delay=TIME        waited before the answer
//   retry_after=TEXT, location=TEXT, content_type=TEXT    headers of the answer
//   body=TEXT         the answer's body
//
// Only in a control request: for=TIME, the delay of kind=hang.
// Only in a script: at=TIME, when it begins, and for=TIME, how long it lasts, otherwise for ever.
//
// Thread-safety: plain values and a pure function, from any thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "tests/simulator/query.h"

namespace cckm::simulator {

enum class FaultKind {
  kStatus,    // an answer of that status
  kClose,     // the connection is closed without an answer
  kHang,      // the answer comes after the delay, 30 s unless told otherwise
  kTruncate,  // the connection is closed half way through the answer's body
  kGarbage,   // 200 with a body that is no JSON
};

struct FaultRule {
  FaultKind kind = FaultKind::kStatus;
  int status = 0;  // only of kStatus
  std::string path = "/api/";
  std::uint64_t count = 0;
  std::optional<std::chrono::nanoseconds> delay = {};
  std::string retry_after = {};   // empty: no such header
  std::string location = {};      // empty: no such header
  std::string content_type = {};  // empty: that of JSON
  std::optional<std::string> body = {};
  std::chrono::nanoseconds at{0};                      // after it was added
  std::optional<std::chrono::nanoseconds> lasts = {};  // nothing: for ever
};

enum class FaultSource { kControl, kScript };

// The error says what is wrong.
tl::expected<FaultRule, std::string> ParseFaultRule(const Query& query, FaultSource source);

}  // namespace cckm::simulator
