// Objects in the order in which they came, found by the text of their id.
//
// T has a member `id` of type LabelValue.  Pointers to objects stay valid until they are removed.
// Thread-safety: as a standard container; looking for an object is no reading, but a change.

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
  KeyedStore(KeyedStore&& other) noexcept { *this = std::move(other); }
  KeyedStore& operator=(KeyedStore&& other) noexcept {
    objects_ = std::move(other.objects_);
    index_ = std::move(other.index_);
    last_found_ = std::exchange(other.last_found_, nullptr);
    return *this;
  }
  KeyedStore(const KeyedStore&) = delete;
  KeyedStore& operator=(const KeyedStore&) = delete;
  ~KeyedStore() = default;

  // The object of that id, or null.  Takes little time where objects are looked for in the same
  // order as before: most updates come so.
  T* Find(std::string_view id) {
    Entry* entry = last_found_ == nullptr ? nullptr : last_found_->second.follower;
    if (entry == nullptr || entry->first != id) {
      const auto found = index_.find(id);
      if (found == index_.end()) return nullptr;
      entry = &*found;
      if (last_found_ != nullptr) last_found_->second.follower = entry;
    }
    last_found_ = entry;
    return &*entry->second.object;
  }

  // REQUIRES: no object of that id.
  T& Add(T object) {
    const auto place = objects_.insert(objects_.end(), std::move(object));
    index_.emplace(place->id.text(), Place{place});
    return *place;
  }

  template <typename Predicate>
  void RemoveIf(const Predicate& predicate) {
    const std::size_t size_before = size();
    for (auto place = objects_.begin(); place != objects_.end();) {
      if (!predicate(*place)) {
        ++place;
        continue;
      }
      index_.erase(place->id.text());
      place = objects_.erase(place);
    }
    if (size() != size_before) ForgetOrder();
  }

  std::size_t size() const { return objects_.size(); }
  auto begin() { return objects_.begin(); }
  auto end() { return objects_.end(); }
  auto begin() const { return objects_.begin(); }
  auto end() const { return objects_.end(); }

 private:
  struct Place;
  using Entry = std::pair<const std::string_view, Place>;
  struct Place {
    typename std::list<T>::iterator object;
    Entry* follower = nullptr;  // what was found after it the last time
  };

  void ForgetOrder() {
    last_found_ = nullptr;
    for (Entry& entry : index_) entry.second.follower = nullptr;
  }

  std::list<T> objects_;
  // Ordered, not hashed: ids come from the appliance, and ids that are made to collide would cost
  // the square of their number.
  std::map<std::string_view, Place> index_;
  Entry* last_found_ = nullptr;
};

}  // namespace cckm
