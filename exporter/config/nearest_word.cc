#include "exporter/config/nearest_word.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "collectors/base/text.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxWordSize = 64;  // of a word that is looked at

bool IsSame(char a, char b) { return ToLower(a) == ToLower(b); }

// How many slips lead from one word to the other.
std::size_t CountSlips(std::string_view a, std::string_view b) {
  using Row = std::vector<std::size_t>;  // slips to the beginnings of b
  Row above(b.size() + 1);
  Row row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  Row two_above;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    two_above = std::exchange(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t other = IsSame(a[i - 1], b[j - 1]) ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + other});
      const bool is_swapped =
          i > 1 && j > 1 && IsSame(a[i - 1], b[j - 2]) && IsSame(a[i - 2], b[j - 1]);
      if (is_swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
  }
  return row[b.size()];
}

bool Holds(std::string_view name, std::string_view word) {
  return std::search(name.begin(), name.end(), word.begin(), word.end(), IsSame) != name.end();
}

}  // namespace

std::string_view NearestWord(std::string_view word, std::span<const std::string_view> names) {
  if (word.size() < 2 || word.size() > kMaxWordSize) return {};
  std::string_view nearest;
  std::size_t fewest = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string_view name : names) {
    const std::size_t slips = CountSlips(word, name);
    if (slips >= fewest) continue;
    fewest = slips;
    nearest = name;
  }
  if (!nearest.empty()) return nearest;
  const auto holds = [word](std::string_view name) { return Holds(name, word); };
  const bool is_only_one = std::ranges::count_if(names, holds) == 1;
  return is_only_one ? *std::ranges::find_if(names, holds) : std::string_view();
}

}  // namespace cckm
