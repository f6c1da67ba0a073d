// A fingerprint of bytes, by which the same bytes are known again without keeping them.
//
// It is the universal hash NH of RFC 4418, with words of 64 bits and a key that this process made
// up: two texts of one length have the same one with a probability of at most 2^-64, whoever chose
// them, since nobody learns the key or a fingerprint.
//
// Thread-safety: pure functions.

#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cckm {

// Equal for equal bytes; of different processes, nothing can be compared.
struct Fingerprint {
  // Longer texts have none.
  static constexpr std::size_t kMaxBytes = std::size_t{32} * 1024;

  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint32_t size = 0;  // of the text; 0: of none

  explicit operator bool() const { return size != 0; }
  friend auto operator<=>(const Fingerprint&, const Fingerprint&) = default;
};

// None of an empty text and of one that is too long.
Fingerprint FingerprintOf(std::string_view text);

}  // namespace cckm
