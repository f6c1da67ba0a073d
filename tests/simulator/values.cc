#include "tests/simulator/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace cckm::simulator {
namespace {

constexpr std::chrono::nanoseconds kMaxLength = std::chrono::hours(24 * 30);
constexpr std::array<std::pair<std::string_view, std::chrono::nanoseconds>, 4> kUnits = {
    {{"ms", std::chrono::milliseconds(1)},
     {"s", std::chrono::seconds(1)},
     {"m", std::chrono::minutes(1)},
     {"h", std::chrono::hours(1)}}};

}  // namespace

std::optional<std::uint64_t> ParseNumber(std::string_view text, std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && number <= most ? std::optional(number) : std::nullopt;
}

std::optional<std::chrono::nanoseconds> ParseDuration(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  for (const auto& [suffix, unit] : kUnits) {
    if (text.substr(digits) != suffix) continue;
    const auto number =
        ParseNumber(text.substr(0, digits), static_cast<std::uint64_t>(kMaxLength / unit));
    if (!number) return std::nullopt;
    return unit * static_cast<std::int64_t>(*number);
  }
  return std::nullopt;
}

}  // namespace cckm::simulator
