// The refreshes and units of one family: the store inside World.
//
// Thread-safety: none; World's mutex guards every call.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/simulator/refresh.h"

namespace cckm::simulator {

// Lets a hash map with string keys be searched by string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

class FamilyWorld {
 public:
  // Keeps at most `history` refreshes, as far as the oldest ones have finished.
  FamilyWorld(const Family& family, std::vector<UnitPtr> units, std::size_t history);

  const Family& family() const { return *family_; }
  const std::vector<UnitPtr>& units() const { return units_; }
  std::size_t size() const { return records_.size(); }
  // How many refreshes were ever added.
  std::uint64_t added() const { return first_number_ + records_.size(); }

  // Null for an unknown id.
  RefreshPtr Find(std::string_view id) const;

  // From the skip-th oldest on, at most `limit`.
  std::vector<RefreshPtr> Slice(std::size_t skip, std::size_t limit) const;

  // Adds the newest refresh of its units, and forgets old ones.  REQUIRES: the id is new.
  void Add(RefreshPtr refresh, TimePoint now);

  // REQUIRES: the id is known.
  void Replace(RefreshPtr refresh);

  void AddUnit(UnitPtr unit) { units_.push_back(std::move(unit)); }

  // The unit's newest refresh, null where it has none (any more).
  RefreshPtr NewestOf(const Unit& unit) const;

 private:
  void ForgetOldest(TimePoint now);

  const Family* family_;
  std::vector<UnitPtr> units_;
  std::size_t history_;
  std::deque<RefreshPtr> records_;  // oldest first, numbered from first_number_ on
  std::uint64_t first_number_ = 0;
  std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>> number_of_;
  std::unordered_map<const Unit*, std::string> newest_of_;
};

}  // namespace cckm::simulator
