// A clock that tells a test when another thread has read it: what a test waits for instead of
// sleeping.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "tests/support/fakes/fake_clock.h"

namespace cckm {

class WatchedClock final : public Clock {
 public:
  WallTime Now() const override { return clock_.Now(); }

  SteadyTime SteadyNow() const override {
    const std::lock_guard lock(mutex_);
    if (std::this_thread::get_id() != maker_) {
      ++reads_;
      was_read_.notify_all();
    }
    return clock_.SteadyNow();
  }

  void Advance(Nanoseconds length) { clock_.Advance(length); }

  // How often threads other than the one that made this have read the steady time.
  std::uint64_t reads() const {
    const std::lock_guard lock(mutex_);
    return reads_;
  }

  // Waits until other threads have read the steady time so many times more; false if that takes
  // longer than ten seconds.
  bool WaitForReads(std::uint64_t more) const {
    std::unique_lock lock(mutex_);
    const std::uint64_t enough = reads_ + more;
    return was_read_.wait_for(lock, std::chrono::seconds(10), [&] { return reads_ >= enough; });
  }

 private:
  FakeClock clock_;
  const std::thread::id maker_ = std::this_thread::get_id();
  mutable std::mutex mutex_;
  mutable std::condition_variable was_read_;
  mutable std::uint64_t reads_ = 0;
};

}  // namespace cckm
