#include "exporter/history/native_buckets.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace cckm {
namespace {

// 2^(i/8 - 1): where an octave that starts at one half is cut.
constexpr std::array kCuts = {0.5,
                              0.5452538663326288,
                              0.5946035575013605,
                              0.6484197773255048,
                              0.7071067811865475,
                              0.7711054127039704,
                              0.8408964152537144,
                              0.9170040432046711};
static_assert(kCuts.size() == 1U << NativeBuckets::kSchema);

std::int32_t IndexOf(double value) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);  // value = fraction * 2^exponent
  const auto* cut = std::ranges::lower_bound(kCuts, fraction);
  return static_cast<std::int32_t>(cut - kCuts.begin()) +
         (exponent - 1) * static_cast<std::int32_t>(kCuts.size());
}

}  // namespace

void NativeBuckets::Observe(double value) {
  if (value <= kZeroThreshold) {
    AddZeros(1);
  } else {
    Add(IndexOf(value), 1);
  }
}

void NativeBuckets::Add(std::int32_t index, std::uint64_t count) {
  const auto at = std::ranges::lower_bound(buckets_, index, {}, &Bucket::index);
  if (at != buckets_.end() && at->index == index) {
    at->count += count;
  } else {
    buckets_.insert(at, {index, count});
  }
}

}  // namespace cckm
