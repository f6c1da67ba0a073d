// The two clocks of the exporter, as one interface.
//
// Wall time is shown to people and compared with the appliance; steady time measures and schedules.
// Both are kept as different types so that one is never used for the other.  Everything that needs
// time takes a `const Clock&` in its constructor.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace cckm {

using Nanoseconds = std::chrono::nanoseconds;
// UTC, nanoseconds since 1970-01-01T00:00:00Z; spans the years 1677 to 2262.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Nanoseconds>;
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Nanoseconds>;

class Clock {
 public:
  virtual ~Clock() = default;

  virtual WallTime Now() const = 0;
  virtual SteadyTime SteadyNow() const = 0;
};

// The operating system's clocks.
class SystemClock final : public Clock {
 public:
  WallTime Now() const override {
    return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
  }
  SteadyTime SteadyNow() const override {
    return std::chrono::time_point_cast<Nanoseconds>(std::chrono::steady_clock::now());
  }
};

// A length of time in seconds: the nearest double.  One division is exact enough as long as the
// count fits a double; beyond, whole seconds and fractions are converted apart.
constexpr double ToSeconds(Nanoseconds length) {
  constexpr Nanoseconds kMaxExact{std::int64_t{1} << 53};
  if (length >= -kMaxExact && length <= kMaxExact) {
    return static_cast<double>(length.count()) / 1e9;
  }
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(length);
  return static_cast<double>(whole.count()) + static_cast<double>((length - whole).count()) / 1e9;
}

// Seconds since the Unix epoch, as Prometheus writes timestamps.
constexpr double ToUnixSeconds(WallTime time) { return ToSeconds(time.time_since_epoch()); }

}  // namespace cckm
