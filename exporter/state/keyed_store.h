// Objects in the order in which they came, found by the text of their id, in groups that tell
// whether one of their objects has changed.
//
// T has a member `id` of type LabelValue.  Pointers to objects stay valid until they are removed.
// Nobody changes an object but through Change(), so that no change is missed by those who keep what
// they made of a group.
// Thread-safety: as a standard container; looking for an object is no reading, but a change.

#pragma once

#include <absl/container/btree_set.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace cckm {

template <typename T>
class KeyedStore {
  struct Object : T {
    explicit Object(T object) : T(std::move(object)) {}
    std::size_t group = 0;       // index in groups_
    Object* follower = nullptr;  // what was found or added after it the last time
  };
  using Objects = std::list<Object>;

 public:
  static constexpr std::size_t kMaxGroupSize = 8;

  // Neighbours in the order of the store.
  struct Group {
    typename Objects::const_iterator first;  // valid where size is not 0
    std::size_t size = 0;
    std::uint64_t version = 0;  // another one whenever an object came, changed or went
  };

  KeyedStore() = default;
  KeyedStore(KeyedStore&& other) noexcept { *this = std::move(other); }
  KeyedStore& operator=(KeyedStore&& other) noexcept {
    objects_ = std::move(other.objects_);
    index_ = std::move(other.index_);
    groups_ = std::exchange(other.groups_, {});
    version_ = other.version_;
    identity_ = std::exchange(other.identity_, nullptr);
    last_found_ = std::exchange(other.last_found_, nullptr);
    return *this;
  }
  KeyedStore(const KeyedStore&) = delete;
  KeyedStore& operator=(const KeyedStore&) = delete;
  ~KeyedStore() = default;

  // The object of that id, or null.  Takes little time where objects are looked for in the order in
  // which they were looked for or added before: most updates come so.
  const T* Find(std::string_view id) {
    Object* object = last_found_ == nullptr ? nullptr : last_found_->follower;
    if (object == nullptr || object->id.text() != id) {
      const auto found = index_.find(id);
      if (found == index_.end()) return nullptr;
      object = *found;
    }
    TakeFound(object);
    return object;
  }

  // The object to change.  REQUIRES: it is one of this store.
  T& Change(const T& object) {
    Object& own = Own(object);
    groups_[own.group].version = ++version_;
    return own;
  }
  void ChangeAll() {
    for (Group& group : groups_) group.version = ++version_;
  }

  // The object, to change what nobody makes anything of who looks at versions.
  T& ChangeUnseen(const T& object) { return Own(object); }

  // REQUIRES: no object of that id.
  T& Add(T object) {
    const auto place = objects_.insert(objects_.end(), Object(std::move(object)));
    index_.insert(&*place);
    Append(place);
    TakeFound(&*place);
    return *place;
  }

  template <typename Predicate>
  void RemoveIf(const Predicate& predicate) {
    const std::size_t size_before = size();
    auto place = objects_.begin();
    for (Group& group : groups_) {
      const std::size_t group_size = std::exchange(group.size, 0);
      for (std::size_t i = 0; i < group_size; ++i) {
        if (predicate(std::as_const(*place))) {
          index_.erase(&*place);
          place = objects_.erase(place);
        } else {
          if (group.size++ == 0) group.first = place;
          ++place;
        }
      }
      if (group.size != group_size) group.version = ++version_;
    }
    if (size() == size_before) return;
    ForgetOrder();
    if (groups_.size() > 1 && groups_.size() * kMaxGroupSize > 4 * size()) Regroup();
  }

  std::size_t size() const { return objects_.size(); }
  auto begin() const { return objects_.cbegin(); }
  auto end() const { return objects_.cend(); }

  std::span<const Group> groups() const { return groups_; }
  // The latest change of any group; never less than before.
  std::uint64_t version() const { return version_; }
  // Another one for each store that there ever was, as long as somebody holds it; null: it was
  // moved from.
  const std::shared_ptr<const char>& identity() const { return identity_; }

 private:
  struct IsBefore {
    using is_transparent = void;
    static std::string_view IdOf(std::string_view id) { return id; }
    static std::string_view IdOf(const Object* object) { return object->id.text(); }
    bool operator()(const auto& a, const auto& b) const { return IdOf(a) < IdOf(b); }
  };

  Object& Own(const T& object) {
    // Every T of this store is an Object, and this store may change it.
    return const_cast<Object&>(static_cast<const Object&>(object));
  }

  void TakeFound(Object* object) {
    if (last_found_ != nullptr && last_found_->follower != object) last_found_->follower = object;
    last_found_ = object;
  }

  void Append(typename Objects::iterator place) {
    if (groups_.empty() || groups_.back().size == kMaxGroupSize) groups_.push_back({});
    Group& group = groups_.back();
    if (group.size++ == 0) group.first = place;
    group.version = ++version_;
    place->group = groups_.size() - 1;
  }

  void Regroup() {
    groups_.clear();
    for (auto place = objects_.begin(); place != objects_.end(); ++place) Append(place);
  }

  void ForgetOrder() {
    last_found_ = nullptr;
    for (Object& object : objects_) object.follower = nullptr;
  }

  Objects objects_;
  // Ordered, not hashed: ids come from the appliance, and ids that are made to collide would cost
  // the square of their number.
  absl::btree_set<Object*, IsBefore> index_;
  std::vector<Group> groups_;
  std::uint64_t version_ = 0;
  std::shared_ptr<const char> identity_ = std::make_shared<const char>();
  Object* last_found_ = nullptr;
};

}  // namespace cckm
