// The hash FNV-1a: fast, the same on every machine, and no protection against anybody.
//
// Thread-safety: as a number.

#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace cckm {

// A hash of 32 or 64 bits.
template <typename Word>
class Fnv1a {
 public:
  static_assert(std::is_same_v<Word, std::uint32_t> || std::is_same_v<Word, std::uint64_t>);

  void Add(std::uint8_t byte) { hash_ = (hash_ ^ byte) * kPrime; }
  // The bytes of a number, the lowest first.
  template <std::unsigned_integral Number>
  void AddNumber(Number number) {
    for (std::size_t i = 0; i < sizeof(number); ++i)
      Add(static_cast<std::uint8_t>(number >> 8 * i));
  }
  Word hash() const { return hash_; }

 private:
  static constexpr bool kIsShort = sizeof(Word) == sizeof(std::uint32_t);
  static constexpr Word kPrime = static_cast<Word>(kIsShort ? 0x1000193 : 0x100000001B3);

  Word hash_ = static_cast<Word>(kIsShort ? 0x811C9DC5 : 0xCBF29CE484222325);
};

}  // namespace cckm
