// A mutex that clang's thread-safety analysis understands, and the words to say what it guards.
//
// Members are marked CCKM_GUARDED_BY(mutex_), functions CCKM_REQUIRES(mutex_).  Under g++ the words
// mean nothing; the clang build turns a missing lock into an error.

#pragma once

#include <mutex>

#if defined(__clang__)
#define CCKM_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define CCKM_THREAD_ANNOTATION(x)
#endif

#define CCKM_GUARDED_BY(x) CCKM_THREAD_ANNOTATION(guarded_by(x))
#define CCKM_REQUIRES(...) CCKM_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))

namespace cckm {

class CCKM_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  void lock() CCKM_THREAD_ANNOTATION(acquire_capability()) { mutex_.lock(); }
  void unlock() CCKM_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class CCKM_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) CCKM_THREAD_ANNOTATION(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() CCKM_THREAD_ANNOTATION(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace cckm
