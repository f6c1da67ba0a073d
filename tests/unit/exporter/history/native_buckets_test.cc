#include "exporter/history/native_buckets.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace cckm {
namespace {

using Buckets = std::vector<NativeBuckets::Bucket>;

Buckets BucketsOf(const NativeBuckets& native) {
  return {native.buckets().begin(), native.buckets().end()};
}

std::int32_t IndexOf(double value) {
  NativeBuckets native;
  native.Observe(value);
  return native.buckets().empty() ? std::numeric_limits<std::int32_t>::min()
                                  : native.buckets().front().index;
}

// Source of the indices: 8 * log2(bound), by the definition of schema 3.
TEST(NativeBucketsTest, ABucketEndsWithItsBound) {
  EXPECT_EQ(IndexOf(1), 0);
  EXPECT_EQ(IndexOf(std::nextafter(1, 2)), 1);
  EXPECT_EQ(IndexOf(2), 8);
  EXPECT_EQ(IndexOf(0.5), -8);
  EXPECT_EQ(IndexOf(86400), 132);
  EXPECT_EQ(IndexOf(1e-9), -239);
  EXPECT_EQ(IndexOf(std::numeric_limits<double>::max()), 8192);
}

TEST(NativeBucketsTest, EveryValueLiesWithinItsBucket) {
  for (double value = 1e-6; value < 1e9; value *= 1.0137) {
    const std::int32_t index = IndexOf(value);
    EXPECT_LE(value, std::exp2(index / 8.0) * (1 + 1e-12)) << value;
    EXPECT_GT(value, std::exp2((index - 1) / 8.0) * (1 - 1e-12)) << value;
  }
}

TEST(NativeBucketsTest, NothingAndNextToNothingAreZeros) {
  NativeBuckets native;
  native.Observe(0);
  native.Observe(NativeBuckets::kZeroThreshold);
  EXPECT_EQ(native.zeros(), 2U);
  EXPECT_TRUE(native.buckets().empty());
  native.Observe(NativeBuckets::kZeroThreshold * 2);
  EXPECT_EQ(native.zeros(), 2U);
  EXPECT_EQ(BucketsOf(native), (Buckets{{-1016, 1}}));
}

TEST(NativeBucketsTest, BucketsStandInOrderHoweverTheyCame) {
  NativeBuckets native;
  for (const double value : {60.0, 1.0, 3600.0, 60.0, 0.25}) native.Observe(value);
  EXPECT_EQ(BucketsOf(native), (Buckets{{-16, 1}, {0, 1}, {48, 2}, {95, 1}}));
}

}  // namespace
}  // namespace cckm
