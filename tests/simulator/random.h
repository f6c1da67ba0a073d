// Repeatable randomness for the simulated appliance: the same seed, name and ordinal always give
// the same numbers, with every compiler and library.
//
// Thread-safety: an object belongs to one thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace cckm::simulator {

class Random {
 public:
  // An independent stream for the ordinal-th thing called `name`.
  Random(std::uint64_t seed, std::string_view name, std::uint64_t ordinal);

  std::uint64_t Next();

  // Evenly from 0 to bound - 1.  REQUIRES: bound > 0.
  std::uint64_t Below(std::uint64_t bound);

  // Evenly from shortest to longest, both included.  REQUIRES: shortest <= longest.
  std::chrono::nanoseconds Between(std::chrono::nanoseconds shortest,
                                   std::chrono::nanoseconds longest);

  // In the form of a random (version 4) UUID of RFC 4122, lower case.
  std::string Uuid();

  // Characters of the URL-safe base64 alphabet.
  std::string Token(std::size_t length);

 private:
  std::uint64_t state_;
};

}  // namespace cckm::simulator
