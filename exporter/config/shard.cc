#include "exporter/config/shard.h"

#include <cstdint>

#include "collectors/base/fnv1a.h"

namespace cckm {
namespace {

// FNV-1a, with the finish of MurmurHash3 so that near shard numbers give far weights.
std::uint64_t WeightOf(std::string_view target_name, unsigned shard) {
  Fnv1a<std::uint64_t> start;
  for (const char c : target_name) start.Add(static_cast<std::uint8_t>(c));
  start.AddNumber(std::uint32_t{shard});
  std::uint64_t hash = start.hash();
  hash = (hash ^ (hash >> 33U)) * 0xFF51AFD7ED558CCD;
  hash = (hash ^ (hash >> 33U)) * 0xC4CEB9FE1A85EC53;
  return hash ^ (hash >> 33U);
}

}  // namespace

unsigned ShardOf(std::string_view target_name, unsigned count) {
  unsigned best = 0;
  std::uint64_t best_weight = 0;
  for (unsigned shard = 0; shard < count; ++shard) {
    const std::uint64_t weight = WeightOf(target_name, shard);
    if (shard != 0 && weight <= best_weight) continue;
    best = shard;
    best_weight = weight;
  }
  return best;
}

}  // namespace cckm
