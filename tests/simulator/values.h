// Numbers and times as flags, control requests and fault scripts spell them.
//
// Thread-safety: pure functions, from any thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cckm::simulator {

// Decimal digits only.  Nothing above `most`.
std::optional<std::uint64_t> ParseNumber(std::string_view text, std::uint64_t most);

// A whole number of ms, s, m or h, such as 500ms.  Nothing above 30 days.
std::optional<std::chrono::nanoseconds> ParseDuration(std::string_view text);

}  // namespace cckm::simulator
