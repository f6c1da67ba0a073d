#include "collectors/base/fingerprint.h"

#include <array>
#include <cstring>
#include <random>

namespace cckm {
namespace {

constexpr std::size_t kBlock = 2 * sizeof(std::uint64_t);

using Key = std::array<std::uint64_t, Fingerprint::kMaxBytes / sizeof(std::uint64_t)>;

const Key& KeyOfThisProcess() {
  static const Key key = [] {
    std::random_device random;
    Key made{};
    for (std::uint64_t& word : made) word = (std::uint64_t{random()} << 32U) | random();
    return made;
  }();
  return key;
}

// NOLINTNEXTLINE(modernize-use-using): an extension of the compilers has no other name
__extension__ typedef unsigned __int128 Sum;

Sum ProductOf(const char* block, const std::uint64_t* key) {
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), block, kBlock);
  return Sum{words[0] + key[0]} * Sum{words[1] + key[1]};
}

}  // namespace

Fingerprint FingerprintOf(std::string_view text) {
  if (text.empty() || text.size() > Fingerprint::kMaxBytes) return {};
  const std::uint64_t* key = KeyOfThisProcess().data();
  Sum sum = 0;
  std::size_t place = 0;
  for (; place + kBlock <= text.size(); place += kBlock, key += 2) {
    sum += ProductOf(text.data() + place, key);
  }
  if (place < text.size()) {
    std::array<char, kBlock> rest{};
    std::memcpy(rest.data(), text.data() + place, text.size() - place);
    sum += ProductOf(rest.data(), key);
  }
  return {.low = static_cast<std::uint64_t>(sum),
          .high = static_cast<std::uint64_t>(sum >> 64U),
          .size = static_cast<std::uint32_t>(text.size())};
}

}  // namespace cckm
