#include "tests/simulator/random.h"

namespace cckm::simulator {
namespace {

// The finalizer of SplitMix64: every input bit changes about half of the output bits.
std::uint64_t Mix(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

std::uint64_t HashOf(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char character : text) {
    hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3ULL;
  }
  return hash;
}

}  // namespace

Random::Random(std::uint64_t seed, std::string_view name, std::uint64_t ordinal)
    : state_(Mix(Mix(Mix(seed) ^ HashOf(name)) + ordinal)) {}

std::uint64_t Random::Next() {
  state_ += 0x9e3779b97f4a7c15ULL;
  return Mix(state_);
}

std::uint64_t Random::Below(std::uint64_t bound) { return Next() % bound; }

std::chrono::nanoseconds Random::Between(std::chrono::nanoseconds shortest,
                                         std::chrono::nanoseconds longest) {
  const auto span = static_cast<std::uint64_t>((longest - shortest).count()) + 1;
  return shortest + std::chrono::nanoseconds(static_cast<std::int64_t>(Below(span)));
}

std::string Random::Uuid() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string uuid = "xxxxxxxx-xxxx-4xxx-Nxxx-xxxxxxxxxxxx";
  for (char& place : uuid) {
    if (place == 'x') place = kDigits[Below(16)];
    if (place == 'N') place = kDigits[8 + Below(4)];
  }
  return uuid;
}

std::string Random::Token(std::size_t length) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string token(length, ' ');
  for (char& place : token) place = kAlphabet[Below(kAlphabet.size())];
  return token;
}

}  // namespace cckm::simulator
