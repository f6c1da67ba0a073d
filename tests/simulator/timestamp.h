// Time as the simulated appliance writes it.
//
// Thread-safety: pure functions, from any thread.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cckm::simulator {

// UTC, nanoseconds since 1970-01-01T00:00:00Z.
using TimePoint = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

// The moment that never comes: the end of a refresh that runs until it is told to end.
inline constexpr TimePoint kNever = TimePoint::max();

// How Go marshals a time that was never set.
inline constexpr const char* kUnsetTimestamp = "0001-01-01T00:00:00Z";

enum class Precision { kMicroseconds, kNanoseconds };

// RFC 3339 in UTC with the layout of Go's RFC3339Nano: the fraction without its trailing zeros, and
// without the point where nothing remains.  Finer digits than `precision` are cut off.
std::string FormatTimestamp(TimePoint time, Precision precision);

// RFC 3339 in UTC, with Z, and with up to nine digits of a fraction.  Nothing where the text is no
// such time, or one that TimePoint cannot hold.
std::optional<TimePoint> ParseTimestamp(std::string_view text);

// The Date header's form (IMF-fixdate, RFC 9110 section 5.6.7).
std::string FormatHttpDate(TimePoint time);

}  // namespace cckm::simulator
