// The token bucket of the web configuration's `rate_limit`.
//
// Thread-safety: Take() may be called from any thread.

#pragma once

#include "collectors/base/clock.h"
#include "collectors/base/mutex.h"
#include "exporter/config/web_config.h"

namespace cckm {

class RateLimiter {
 public:
  // `clock` outlives this.
  explicit RateLimiter(const Clock& clock) : clock_(clock) {}

  // Takes a token; false where none is left.  A bucket of other measures than the last one's begins
  // full.
  bool Take(const RateLimit& limit);

 private:
  const Clock& clock_;
  Mutex mutex_;
  RateLimit limit_ CCKM_GUARDED_BY(mutex_);
  // When the bucket will be full again.
  SteadyTime full_at_ CCKM_GUARDED_BY(mutex_){};
};

}  // namespace cckm
