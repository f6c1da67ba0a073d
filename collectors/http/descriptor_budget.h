// Shares the file descriptors that polling may use among the clients of all targets.
//
// A process has a limit of open descriptors (RLIMIT_NOFILE), and the web server needs some of them.
// Where the clients together would use more than the rest, they take turns: a client waits until
// others have given enough back, and clients that have nothing to do keep no connection.
//
// Thread-safety: every method may be called from any thread.

#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <set>

#include "collectors/base/mutex.h"

namespace cckm {

class DescriptorBudget {
 public:
  // The part of one client.  It gives back what it holds when it goes.
  class Share {
   public:
    // `wake` is called, by any thread, when the client shall look again whether it may hold more,
    // and when it shall give back what it does not need.  It must not call this object.
    // REQUIRES: the budget outlives this.
    Share(DescriptorBudget& budget, std::function<void()> wake);
    ~Share();
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // Holds `wanted` descriptors from now on.  False where others have to give some back first:
    // the share stays as it is, and waits for its turn.
    bool Hold(std::size_t wanted);

    // True from the moment in which there were not enough for all.
    bool IsShort() const;

   private:
    friend class DescriptorBudget;
    DescriptorBudget& budget_;
    const std::function<void()> wake_;
    std::size_t held_ = 0;  // guarded by the budget's mutex
  };

  // `on_shortage` is called once, when there are not enough for all for the first time.
  DescriptorBudget(std::size_t limit, std::function<void()> on_shortage)
      : limit_(limit), on_shortage_(std::move(on_shortage)) {}

 private:
  void WaitForTurn(Share& share) CCKM_REQUIRES(mutex_);
  void WakeNext() CCKM_REQUIRES(mutex_);

  const std::size_t limit_;
  const std::function<void()> on_shortage_;

  mutable Mutex mutex_;
  std::size_t used_ CCKM_GUARDED_BY(mutex_) = 0;
  bool is_short_ CCKM_GUARDED_BY(mutex_) = false;
  std::set<Share*> shares_ CCKM_GUARDED_BY(mutex_);
  std::deque<Share*> waiting_ CCKM_GUARDED_BY(mutex_);  // the first one has its turn next
};

}  // namespace cckm
