#include "collectors/model/refresh.h"

#include <algorithm>

namespace cckm {

bool IsValidRefreshId(std::string_view text) {
  constexpr std::size_t kMaxBytes = 128;
  const auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == ':' || c == '-';
  };
  if (text == "." || text == "..") return false;
  return !text.empty() && text.size() <= kMaxBytes && std::ranges::all_of(text, allowed);
}

}  // namespace cckm
