// The stack size of threads that are started by code which does not choose one.
//
// Thread-safety: process-wide while it lives; threads started elsewhere meanwhile get the same
// size.

#pragma once

#include <pthread.h>

#include <cstddef>

namespace cckm {

class ThreadStackSize {
 public:
  // From now until the destructor.
  explicit ThreadStackSize(std::size_t bytes) {
    saved_ = ::pthread_getattr_default_np(&before_) == 0;
    pthread_attr_t smaller{};
    if (!saved_ || ::pthread_attr_init(&smaller) != 0) return;
    ::pthread_attr_setstacksize(&smaller, bytes);
    ::pthread_setattr_default_np(&smaller);
    ::pthread_attr_destroy(&smaller);
  }
  ~ThreadStackSize() {
    if (!saved_) return;
    ::pthread_setattr_default_np(&before_);
    ::pthread_attr_destroy(&before_);
  }
  ThreadStackSize(const ThreadStackSize&) = delete;
  ThreadStackSize& operator=(const ThreadStackSize&) = delete;

 private:
  pthread_attr_t before_{};
  bool saved_ = false;
};

}  // namespace cckm
