#include "exporter/config/not_supported.h"

#include <algorithm>
#include <array>

namespace cckm {
namespace {

struct Refusal {
  std::string_view key;    // the end of a key's path, or a flag
  std::string_view value;  // refused with this value only; empty: with any
};

constexpr std::array kRefusals = {
    Refusal{"native_histograms", "true"},
    Refusal{"--web.config.file", ""},
};

bool EndsWithKey(std::string_view path, std::string_view key) {
  if (!path.ends_with(key)) return false;
  return path.size() == key.size() || path[path.size() - key.size() - 1] == '.';
}

}  // namespace

bool IsNotSupportedYet(std::string_view key, std::string_view value) {
  return std::ranges::any_of(kRefusals, [key, value](const Refusal& refusal) {
    return EndsWithKey(key, refusal.key) && (refusal.value.empty() || refusal.value == value);
  });
}

}  // namespace cckm
