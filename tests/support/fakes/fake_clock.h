// A clock that only a test moves.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <atomic>
#include <cstdint>

#include "collectors/base/clock.h"

namespace cckm {

class FakeClock final : public Clock {
 public:
  // 2021-03-03T06:10:54Z; the steady clock starts elsewhere, so that nobody mistakes one for the
  // other.
  static constexpr WallTime kStart{std::chrono::seconds(1'614'751'854)};
  static constexpr SteadyTime kSteadyStart{std::chrono::hours(1)};

  explicit FakeClock(WallTime start = kStart) : wall_ns_(start.time_since_epoch().count()) {}

  WallTime Now() const override { return WallTime(Nanoseconds(wall_ns_.load())); }
  SteadyTime SteadyNow() const override { return SteadyTime(Nanoseconds(steady_ns_.load())); }

  // Lets time pass on both clocks.  A negative length is ignored, as steady time never goes back.
  void Advance(Nanoseconds length) {
    if (length < Nanoseconds(0)) return;
    wall_ns_.fetch_add(length.count());
    steady_ns_.fetch_add(length.count());
  }

  // Sets the wall clock forward or back, as an administrator or NTP does; steady time stays.
  void SetWall(WallTime time) { wall_ns_.store(time.time_since_epoch().count()); }

 private:
  std::atomic<std::int64_t> wall_ns_;
  std::atomic<std::int64_t> steady_ns_{kSteadyStart.time_since_epoch().count()};
};

}  // namespace cckm
