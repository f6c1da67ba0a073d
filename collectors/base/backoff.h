// How long to wait after failures in a row: longer each time, and at random, so that many who
// failed together do not come back together.
//
// Thread-safety: belongs to one thread.

#pragma once

#include "collectors/base/clock.h"
#include "collectors/base/random.h"

namespace cckm {

class Backoff {
 public:
  // Waits are at least `shortest` and at most `longest`.  `random` outlives this.
  Backoff(Nanoseconds shortest, Nanoseconds longest, Random& random)
      : shortest_(shortest), longest_(longest), random_(random), ceiling_(shortest) {}

  // The wait after one more failure: evenly distributed between `shortest` and a ceiling that
  // doubles with each failure, beginning at twice `shortest`.
  Nanoseconds Next();

  // After a success.
  void Reset() { ceiling_ = shortest_; }

 private:
  const Nanoseconds shortest_;
  const Nanoseconds longest_;
  Random& random_;
  Nanoseconds ceiling_;
};

}  // namespace cckm
