#include "collectors/model/refresh.h"

#include <algorithm>

#include "collectors/base/text.h"

namespace cckm {

bool IsValidRefreshId(std::string_view text) {
  constexpr std::size_t kMaxBytes = 128;
  const auto allowed = [](char c) {
    return IsAlphanumeric(c) || c == '.' || c == '_' || c == ':' || c == '-';
  };
  if (text == "." || text == "..") return false;
  return !text.empty() && text.size() <= kMaxBytes && std::ranges::all_of(text, allowed);
}

}  // namespace cckm
