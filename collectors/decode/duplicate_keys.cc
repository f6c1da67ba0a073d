#include "collectors/decode/duplicate_keys.h"

#include <algorithm>
#include <cstddef>

namespace cckm {
namespace {

// Up to so many keys, comparing each with each is faster than sorting.
constexpr std::size_t kFewKeys = 16;

std::optional<std::string_view> FindAmongFew(const std::vector<std::string_view>& keys) {
  for (auto key = keys.begin(); key != keys.end(); ++key) {
    if (std::find(keys.begin(), key, *key) != key) return *key;
  }
  return std::nullopt;
}

std::optional<std::string_view> FindBySorting(std::vector<std::string_view>& keys) {
  std::ranges::sort(keys);
  const auto found = std::ranges::adjacent_find(keys);
  if (found == keys.end()) return std::nullopt;
  return *found;
}

}  // namespace

// The recursion is as deep as the document, which the parser limits to 1,024 levels.
std::optional<std::string_view> DuplicateKeys::Find(simdjson::dom::element root) {
  simdjson::dom::object object;
  if (root.get(object) == simdjson::SUCCESS) return FindInObject(object);
  simdjson::dom::array array;
  if (root.get(array) == simdjson::SUCCESS) return FindInArray(array);
  return std::nullopt;
}

std::optional<std::string_view> DuplicateKeys::FindInObject(simdjson::dom::object object) {
  keys_.clear();
  for (const auto& field : object) keys_.push_back(field.key);
  const auto found = keys_.size() <= kFewKeys ? FindAmongFew(keys_) : FindBySorting(keys_);
  if (found) return found;
  for (const auto& field : object) {
    if (const auto nested = Find(field.value)) return nested;
  }
  return std::nullopt;
}

std::optional<std::string_view> DuplicateKeys::FindInArray(simdjson::dom::array array) {
  for (const simdjson::dom::element entry : array) {
    if (const auto nested = Find(entry)) return nested;
  }
  return std::nullopt;
}

}  // namespace cckm
