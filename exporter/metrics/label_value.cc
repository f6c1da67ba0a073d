#include "exporter/metrics/label_value.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "collectors/base/utf8.h"

namespace cckm {
namespace {

constexpr std::size_t kLongestBytes = 256;
constexpr std::size_t kHashDigits = 16;

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

bool NeedsEscape(char c) { return c == '"' || c == '\\'; }

bool EndsLikeAHash(std::string_view text) {
  if (text.size() <= kHashDigits) return false;
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text[text.size() - kHashDigits - 1] == '~' &&
         std::ranges::all_of(text.substr(text.size() - kHashDigits), is_hex);
}

}  // namespace

LabelValue::LabelValue(std::string_view raw) : text_(Printable(raw)) {
  if (text_ != raw || text_.size() > kLongestBytes || EndsLikeAHash(raw)) {
    text_ = std::string(CutUtf8(text_, kLongestBytes - kHashDigits - 1)) + '~' + HashDigits(raw);
  }
  text_.shrink_to_fit();
  is_plain_ = std::ranges::none_of(text_, NeedsEscape);
}

bool LabelValue::IsItself(std::string_view text) {
  const auto is_visible_ascii = [](char c) { return c >= ' ' && c <= '~'; };
  return text.size() <= kLongestBytes && !EndsLikeAHash(text) &&
         std::ranges::all_of(text, is_visible_ascii);
}

}  // namespace cckm
