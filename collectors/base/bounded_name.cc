#include "collectors/base/bounded_name.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "collectors/base/utf8.h"

namespace cckm {
namespace {

constexpr std::size_t kHashDigits = 16;
// Cutting loses at most three bytes more, of a character that does not fit whole.
constexpr std::size_t kShortestCut = kMaxName - 3;

std::string HashDigits(std::string_view raw) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(raw.data()), raw.size(), digest.data());
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < kHashDigits / 2; ++i) {
    text += kDigits[digest[i] >> 4U];
    text += kDigits[digest[i] & 0xFU];
  }
  return text;
}

}  // namespace

bool EndsLikeAHash(std::string_view text) {
  if (text.size() <= kHashDigits) return false;
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text[text.size() - kHashDigits - 1] == '~' &&
         std::ranges::all_of(text.substr(text.size() - kHashDigits), is_hex);
}

bool LooksCut(std::string_view text) {
  return text.size() >= kShortestCut && text.size() <= kMaxName && EndsLikeAHash(text);
}

std::string CutWithHash(std::string_view printable, std::string_view raw) {
  return std::string(CutUtf8(printable, kMaxName - kHashDigits - 1)) + '~' + HashDigits(raw);
}

bool IsBoundedName(std::string_view raw) { return raw.size() <= kMaxName && !LooksCut(raw); }

std::string BoundedName(std::string_view raw) {
  return IsBoundedName(raw) ? std::string(raw) : CutWithHash(Printable(raw), raw);
}

}  // namespace cckm
