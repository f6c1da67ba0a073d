#include "exporter/ledger/sqlite/codec.h"
#include "collectors/base/sha256.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <utility>

namespace cckm {
namespace {

// The numbers are what is stored: new ones may only be added.
static_assert(kDomainStatusNames == std::array<std::string_view, 5>{"in_progress", "completed",
                                                                    "failed", "cancelled",
                                                                    "unknown"});
// Of the buckets of any finite double.
constexpr std::int64_t kHighestIndex = 1024 << NativeBuckets::kSchema;
constexpr std::int64_t kLowestIndex = -kHighestIndex;

constexpr unsigned kStatusBits = 3;
constexpr std::uint64_t kStatusMask = (1U << kStatusBits) - 1;

class Packer {
 public:
  void AddInteger(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7U) AddByte(number | 0x80);
    AddByte(number);
  }
  void AddFloat(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (unsigned shift = 0; shift < 64; shift += 8) AddByte(bits >> shift);
  }
  std::string Take() { return std::move(bytes_); }

 private:
  void AddByte(std::uint64_t byte) { bytes_ += static_cast<char>(byte & 0xFF); }

  std::string bytes_;
};

// Reads what a Packer wrote.  After a failure every answer is 0 and ok() is false.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : left_(bytes) {}

  std::uint64_t Integer() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint64_t byte = Byte();
      number |= (byte & 0x7F) << shift;
      if (byte < 0x80) return number;
    }
    ok_ = false;
    return 0;
  }
  double Float() {
    std::uint64_t bits = 0;
    for (unsigned shift = 0; shift < 64; shift += 8) bits |= Byte() << shift;
    return std::bit_cast<double>(bits);
  }
  void Refuse() { ok_ = false; }
  bool ok() const { return ok_; }
  bool at_end() const { return left_.empty(); }

 private:
  std::uint64_t Byte() {
    ok_ = ok_ && !left_.empty();
    if (!ok_) return 0;
    const auto byte = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    return byte;
  }

  std::string_view left_;
  bool ok_ = true;
};

bool IsSum(double seconds) { return std::isfinite(seconds) && seconds >= 0; }

// Negative numbers as odd ones, so that those near 0 stay short.
std::uint64_t ZigZag(std::int64_t number) {
  return static_cast<std::uint64_t>(number) << 1U ^ static_cast<std::uint64_t>(number >> 63U);
}
std::int64_t UnZigZag(std::uint64_t packed) {
  return static_cast<std::int64_t>(packed >> 1U ^ (0 - (packed & 1U)));
}

// The count of the zero bucket, the number of the other ones, and each with the distance of its
// index from the one before.
void Pack(Packer& packer, const NativeBuckets& native) {
  packer.AddInteger(native.zeros());
  packer.AddInteger(native.buckets().size());
  std::int64_t previous = 0;
  for (const auto& [index, count] : native.buckets()) {
    packer.AddInteger(ZigZag(index - previous));
    packer.AddInteger(count);
    previous = index;
  }
}

NativeBuckets UnpackNative(Unpacker& unpacker) {
  NativeBuckets native;
  native.AddZeros(unpacker.Integer());
  std::int64_t index = 0;
  for (std::uint64_t left = unpacker.Integer(); left > 0 && unpacker.ok(); --left) {
    const std::int64_t step = UnZigZag(unpacker.Integer());
    const bool is_near = step >= 2 * kLowestIndex && step <= 2 * kHighestIndex;
    index += is_near ? step : 0;
    if (!is_near || index < kLowestIndex || index > kHighestIndex) unpacker.Refuse();
    const std::uint64_t count = unpacker.Integer();
    if (unpacker.ok()) native.Add(static_cast<std::int32_t>(index), count);
  }
  return native;
}

// The number of buckets, 0 for a histogram without observations; then their counts, the sum, the
// time of the first one, and the native buckets.
void Pack(Packer& packer, const DurationHistogram& histogram) {
  const DurationHistogram::Observations saved = histogram.Save();
  const bool is_empty = std::ranges::all_of(saved.counts, [](auto count) { return count == 0; });
  packer.AddInteger(is_empty ? 0 : saved.counts.size());
  if (is_empty) return;
  for (const std::uint64_t count : saved.counts) packer.AddInteger(count);
  packer.AddFloat(saved.sum_seconds);
  packer.AddInteger(ZigZag(saved.created_at.value_or(WallTime()).time_since_epoch().count()));
  Pack(packer, saved.native);
}

void Unpack(Unpacker& unpacker, std::size_t buckets, DurationHistogram& histogram) {
  const std::uint64_t stored_buckets = unpacker.Integer();
  if (stored_buckets == 0) return;
  if (stored_buckets != buckets) return unpacker.Refuse();
  DurationHistogram::Observations saved;
  for (std::size_t i = 0; i < buckets; ++i) saved.counts.push_back(unpacker.Integer());
  saved.sum_seconds = unpacker.Float();
  if (!IsSum(saved.sum_seconds)) unpacker.Refuse();
  saved.created_at = WallTime(Nanoseconds(UnZigZag(unpacker.Integer())));
  saved.native = UnpackNative(unpacker);
  if (unpacker.ok()) histogram.Restore(saved);
}

std::uint32_t Narrow(Unpacker& unpacker) {
  const std::uint64_t number = unpacker.Integer();
  if (number > std::numeric_limits<std::uint32_t>::max()) unpacker.Refuse();
  return static_cast<std::uint32_t>(number);
}

// The time, and the hash of the id.
void Pack(Packer& packer, const FailureStreak::Place& place) {
  packer.AddInteger(ZigZag(place.created_at.time_since_epoch().count()));
  packer.AddInteger(place.id_hash);
}

FailureStreak::Place UnpackPlace(Unpacker& unpacker) {
  const WallTime created_at(Nanoseconds(UnZigZag(unpacker.Integer())));
  return {created_at, Narrow(unpacker)};
}

}  // namespace

std::string PackHistogram(const DurationHistogram& histogram) {
  Packer packer;
  Pack(packer, histogram);
  return packer.Take();
}

std::optional<DurationHistogram> UnpackHistogram(std::string_view packed,
                                                 const BucketBounds& bounds) {
  Unpacker unpacker(packed);
  DurationHistogram histogram(bounds);
  Unpack(unpacker, bounds.texts().size(), histogram);
  if (!unpacker.ok() || !unpacker.at_end()) return std::nullopt;
  return histogram;
}

std::string PackRefreshDurations(const RefreshDurations& durations) {
  Packer packer;
  for (const DurationHistogram& histogram : durations) Pack(packer, histogram);
  return packer.Take();
}

std::optional<RefreshDurations> UnpackRefreshDurations(std::string_view packed,
                                                       const BucketBounds& bounds) {
  Unpacker unpacker(packed);
  RefreshDurations durations = EmptyRefreshDurations(bounds);
  for (DurationHistogram& histogram : durations) {
    Unpack(unpacker, bounds.texts().size(), histogram);
  }
  if (!unpacker.ok() || !unpacker.at_end()) return std::nullopt;
  return durations;
}

// Nothing for a domain that never ended.  Else the number of failures that are not remembered, the
// number of those that are, 1 if a refresh ended otherwise, its place, and those of the failures.
std::string PackFailures(const FailureStreak& streak) {
  if (streak == FailureStreak()) return {};
  const FailureStreak::Parts parts = streak.Save();
  Packer packer;
  packer.AddInteger(parts.older);
  packer.AddInteger(parts.failures.size());
  packer.AddInteger(parts.last_other ? 1 : 0);
  if (parts.last_other) Pack(packer, *parts.last_other);
  for (const FailureStreak::Place& failure : parts.failures) Pack(packer, failure);
  return packer.Take();
}

std::optional<FailureStreak> UnpackFailures(std::string_view packed) {
  if (packed.empty()) return FailureStreak();
  Unpacker unpacker(packed);
  FailureStreak::Parts parts;
  parts.older = unpacker.Integer();
  const std::uint64_t remembered = unpacker.Integer();
  if (remembered > FailureStreak::kRemembered) return std::nullopt;
  if (unpacker.Integer() != 0) parts.last_other = UnpackPlace(unpacker);
  for (std::uint64_t i = 0; i < remembered; ++i) parts.failures.push_back(UnpackPlace(unpacker));
  const bool is_ascending =
      std::ranges::adjacent_find(parts.failures, std::ranges::greater_equal()) ==
      parts.failures.end();
  if (!unpacker.ok() || !unpacker.at_end() || !is_ascending) return std::nullopt;
  return FailureStreak::FromParts(std::move(parts));
}

// Each domain with its state; then for each state in which some were left out the domain 0, which
// there is not, with that state, and their number.
std::string PackDomains(const StoredDomains& domains) {
  Packer packer;
  const auto add = [&](std::int64_t domain, std::uint64_t status) {
    packer.AddInteger(static_cast<std::uint64_t>(domain) << kStatusBits | status);
  };
  for (const StoredDomain& stored : domains.domains) {
    add(stored.domain, static_cast<std::uint64_t>(stored.status));
  }
  for (std::size_t status = 0; status < domains.left_out.size(); ++status) {
    if (domains.left_out[status] == 0) continue;
    add(0, status);
    packer.AddInteger(domains.left_out[status]);
  }
  return packer.Take();
}

std::optional<StoredDomains> UnpackDomains(std::string_view packed) {
  Unpacker unpacker(packed);
  StoredDomains all;
  while (unpacker.ok() && !unpacker.at_end()) {
    const std::uint64_t both = unpacker.Integer();
    const std::uint64_t status = both & kStatusMask;
    const auto domain = static_cast<std::int64_t>(both >> kStatusBits);
    if (status >= kDomainStatusNames.size()) return std::nullopt;
    if (domain == 0) {
      all.left_out[status] = Narrow(unpacker);
    } else {
      all.domains.push_back({domain, static_cast<DomainStatus>(status)});
    }
  }
  if (!unpacker.ok()) return std::nullopt;
  return all;
}

std::string PackBounds(const BucketBounds& bounds) {
  Packer packer;
  for (const double bound : bounds.values()) packer.AddFloat(bound);
  return packer.Take();
}

std::int64_t Fingerprint(std::string_view refresh_id) {
  const auto digest = Sha256(refresh_id);
  std::uint64_t fingerprint = 0;
  for (std::size_t i = 0; i < 8; ++i) fingerprint = fingerprint << 8U | digest[i];
  return static_cast<std::int64_t>(fingerprint);
}

}  // namespace cckm
