#include "tests/simulator/family_world.h"

#include <algorithm>
#include <utility>

namespace cckm::simulator {

FamilyWorld::FamilyWorld(const Family& family, std::vector<UnitPtr> units, std::size_t history)
    : family_(&family), units_(std::move(units)), history_(history) {}

RefreshPtr FamilyWorld::Find(std::string_view id) const {
  const auto found = number_of_.find(id);
  return found == number_of_.end() ? nullptr : records_[found->second - first_number_];
}

std::vector<RefreshPtr> FamilyWorld::Slice(std::size_t skip, std::size_t limit) const {
  const std::size_t begin = std::min(skip, records_.size());
  const std::size_t count = std::min(limit, records_.size() - begin);
  const auto first = records_.begin() + static_cast<std::ptrdiff_t>(begin);
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

void FamilyWorld::Add(RefreshPtr refresh, TimePoint now) {
  number_of_.emplace(refresh->id, added());
  for (const UnitRun& run : refresh->runs) newest_of_[run.unit.get()] = refresh->id;
  records_.push_back(std::move(refresh));
  ForgetOldest(now);
}

void FamilyWorld::Replace(RefreshPtr refresh) {
  const std::uint64_t number = number_of_.at(refresh->id);
  records_[number - first_number_] = std::move(refresh);
}

RefreshPtr FamilyWorld::NewestOf(const Unit& unit) const {
  const auto found = newest_of_.find(&unit);
  return found == newest_of_.end() ? nullptr : Find(found->second);
}

void FamilyWorld::ForgetOldest(TimePoint now) {
  while (records_.size() > history_ && IsFinished(*records_.front(), now)) {
    number_of_.erase(records_.front()->id);
    records_.pop_front();
    ++first_number_;
  }
}

}  // namespace cckm::simulator
