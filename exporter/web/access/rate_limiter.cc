#include "exporter/web/access/rate_limiter.h"

#include <algorithm>

namespace cckm {

bool RateLimiter::Take(const RateLimit& limit) {
  if (limit.interval == Nanoseconds(0)) return true;
  const MutexLock lock(mutex_);
  const SteadyTime now = clock_.SteadyNow();
  if (limit != limit_) full_at_ = now;
  limit_ = limit;
  full_at_ = std::max(full_at_, now);
  const auto burst = static_cast<Nanoseconds::rep>(limit.burst);
  if (full_at_ - now > limit.interval * (burst - 1)) return false;
  full_at_ += limit.interval;
  return true;
}

}  // namespace cckm
