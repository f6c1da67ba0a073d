#include "tests/support/processes/eventually.h"

#include <poll.h>

namespace cckm {

bool Eventually(Nanoseconds limit, const std::function<bool()>& condition, int descriptor) {
  constexpr int kMaxPauseMilliseconds = 20;
  const SystemClock clock;
  const SteadyTime deadline = clock.SteadyNow() + limit;
  while (!condition()) {
    if (clock.SteadyNow() >= deadline) return false;
    pollfd awaited{descriptor, POLLIN, 0};
    ::poll(&awaited, 1, kMaxPauseMilliseconds);
  }
  return true;
}

}  // namespace cckm
