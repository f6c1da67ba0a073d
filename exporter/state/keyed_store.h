// Objects in the order in which they came, found by the text of their id.
//
// T has a member `id` of type LabelValue.  Pointers to objects stay valid until they are removed.
// Thread-safety: as a standard container.

#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <string_view>
#include <utility>

namespace cckm {

template <typename T>
class KeyedStore {
 public:
  KeyedStore() = default;
  KeyedStore(KeyedStore&&) noexcept = default;
  KeyedStore& operator=(KeyedStore&&) noexcept = default;

  // The object of that id, or null.
  T* Find(std::string_view id) {
    const auto found = index_.find(id);
    return found == index_.end() ? nullptr : &*found->second;
  }

  // REQUIRES: no object of that id.
  T& Add(T object) {
    const auto place = objects_.insert(objects_.end(), std::move(object));
    index_.emplace(place->id.text(), place);
    return *place;
  }

  template <typename Predicate>
  void RemoveIf(const Predicate& predicate) {
    for (auto place = objects_.begin(); place != objects_.end();) {
      if (!predicate(*place)) {
        ++place;
        continue;
      }
      index_.erase(place->id.text());
      place = objects_.erase(place);
    }
  }

  std::size_t size() const { return objects_.size(); }
  auto begin() { return objects_.begin(); }
  auto end() { return objects_.end(); }
  auto begin() const { return objects_.begin(); }
  auto end() const { return objects_.end(); }

 private:
  std::list<T> objects_;
  // Ordered, not hashed: ids come from the appliance, and ids that are made to collide would cost
  // the square of their number.
  std::map<std::string_view, typename std::list<T>::iterator> index_;
};

}  // namespace cckm
