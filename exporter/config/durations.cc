#include "exporter/config/durations.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "collectors/base/text.h"
#include "exporter/config/numbers.h"

namespace cckm {
namespace {

struct TimeUnit {
  std::string_view name;
  std::int64_t nanoseconds;
  bool only_without_rest;  // when writing
};

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kHour = 3'600'000 * kMillisecond;
constexpr std::int64_t kDay = 24 * kHour;

constexpr std::array<TimeUnit, 7> kTimeUnits = {{
    {"y", 365 * kDay, true},
    {"w", 7 * kDay, true},
    {"d", kDay, true},
    {"h", kHour, false},
    {"m", 60'000 * kMillisecond, false},
    {"s", 1'000 * kMillisecond, false},
    {"ms", kMillisecond, false},
}};

struct SizeUnit {
  std::string_view name;
  std::size_t bytes;
};

constexpr std::array<SizeUnit, 5> kSizeUnits = {{
    {"TiB", std::size_t{1} << 40U},
    {"GiB", std::size_t{1} << 30U},
    {"MiB", std::size_t{1} << 20U},
    {"KiB", std::size_t{1} << 10U},
    {"B", 1},
}};

std::optional<std::uint64_t> TakeNumber(std::string_view& text) {
  return ParseNumber(TakeFirst(text, text.find_first_not_of(kDigits)));
}

// sum + count * unit, where it fits.
std::optional<std::int64_t> AddUnits(std::int64_t sum, std::uint64_t count, std::int64_t unit) {
  const std::int64_t room = std::numeric_limits<std::int64_t>::max() - sum;
  if (count > static_cast<std::uint64_t>(room / unit)) return std::nullopt;
  return sum + static_cast<std::int64_t>(count) * unit;
}

}  // namespace

std::optional<Nanoseconds> ParseDuration(std::string_view text) {
  if (text == "0") return Nanoseconds(0);
  if (text.empty()) return std::nullopt;
  std::int64_t sum = 0;
  const auto* next = kTimeUnits.begin();
  while (!text.empty()) {
    const auto count = TakeNumber(text);
    const std::string_view name = TakeFirst(text, text.find_first_of(kDigits));
    const auto* unit = std::ranges::find(next, kTimeUnits.end(), name, &TimeUnit::name);
    if (!count || unit == kTimeUnits.end()) return std::nullopt;
    const auto longer = AddUnits(sum, *count, unit->nanoseconds);
    if (!longer) return std::nullopt;
    sum = *longer;
    next = unit + 1;
  }
  return Nanoseconds(sum);
}

std::string FormatDuration(Nanoseconds length) {
  std::int64_t rest = length.count() - length.count() % kMillisecond;
  if (rest == 0) return "0s";
  std::string text;
  for (const TimeUnit& unit : kTimeUnits) {
    const std::int64_t count = rest / unit.nanoseconds;
    if (count == 0 || (unit.only_without_rest && rest % unit.nanoseconds != 0)) continue;
    text.append(std::to_string(count)).append(unit.name);
    rest -= count * unit.nanoseconds;
  }
  return text;
}

std::optional<std::size_t> ParseSize(std::string_view text) {
  const auto count = TakeNumber(text);
  const auto* unit = std::ranges::find(kSizeUnits, text.empty() ? "B" : text, &SizeUnit::name);
  if (!count || unit == kSizeUnits.end()) return std::nullopt;
  if (*count > std::numeric_limits<std::size_t>::max() / unit->bytes) return std::nullopt;
  return *count * unit->bytes;
}

std::string FormatSize(std::size_t bytes) {
  for (const SizeUnit& unit : kSizeUnits) {
    if (bytes >= unit.bytes && bytes % unit.bytes == 0) {
      return std::to_string(bytes / unit.bytes).append(unit.name);
    }
  }
  return "0B";
}

}  // namespace cckm
