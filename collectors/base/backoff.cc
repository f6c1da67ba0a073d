#include "collectors/base/backoff.h"

#include <algorithm>

namespace cckm {

Nanoseconds Backoff::Next() {
  ceiling_ = std::min(ceiling_ * 2, longest_);
  const auto spread = static_cast<double>((ceiling_ - shortest_).count()) * random_.Uniform();
  return shortest_ + Nanoseconds(static_cast<std::int64_t>(spread));
}

}  // namespace cckm
