// The buckets of a native histogram: exponential, sparse, without configuration.
//
// Schema 3 of Prometheus' native histograms: bucket i counts observations in (2^((i-1)/8),
// 2^(i/8)], so that each bound is 9 % above the one before.  Source: Prometheus documentation,
// "Native histograms"; io.prometheus.client.Histogram.
// Thread-safety: plain data.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cckm {

class NativeBuckets {
 public:
  static constexpr int kSchema = 3;
  // Observations up to this count in the zero bucket: 2^-128, the default of the Go client library.
  static constexpr double kZeroThreshold = 2.938735877055719e-39;

  struct Bucket {
    std::int32_t index = 0;
    std::uint64_t count = 0;
    friend bool operator==(const Bucket&, const Bucket&) = default;
  };

  // REQUIRES: finite, not negative.
  void Observe(double value);

  // Adds to a bucket, as if it had been observed so often.
  void Add(std::int32_t index, std::uint64_t count);
  void AddZeros(std::uint64_t count) { zeros_ += count; }

  std::uint64_t zeros() const { return zeros_; }
  // Those with a count, in the order of their indices.
  std::span<const Bucket> buckets() const { return buckets_; }

  friend bool operator==(const NativeBuckets&, const NativeBuckets&) = default;

 private:
  std::uint64_t zeros_ = 0;
  std::vector<Bucket> buckets_;
};

}  // namespace cckm
