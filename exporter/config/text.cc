#include "exporter/config/text.h"

#include <algorithm>

#include "collectors/base/text.h"

namespace cckm {

bool IsValidTargetName(std::string_view text) {
  const auto count = CountPrintableCharacters(text);
  return count && *count >= 1 && *count <= kMaxTargetName;
}

std::string ShownKey(std::string_view key) {
  constexpr std::size_t kMaxShown = 64;
  std::string shown(key.substr(0, kMaxShown));
  std::ranges::replace_if(
      shown, [](char c) { return c <= ' ' || c > '~'; }, '?');
  return key.size() > kMaxShown ? shown + "..." : shown;
}

}  // namespace cckm
