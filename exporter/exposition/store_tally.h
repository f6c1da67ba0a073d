// What the objects of a store add up to, counted group by group: only groups that changed, or that
// time has changed, are counted again.
//
// Each group has a version of what it shows, which those who keep its bytes compare.
// Thread-safety: as a standard container.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "collectors/base/clock.h"
#include "exporter/state/keyed_store.h"
#include "exporter/state/state.h"

namespace cckm {

struct ObjectCounts {
  std::size_t series = 0;  // besides those of histograms
  std::size_t unanswered = 0;
  std::size_t watched = 0;
  std::size_t unlisted = 0;

  ObjectCounts& operator+=(const ObjectCounts& more);
  ObjectCounts& operator-=(const ObjectCounts& less);
};

ObjectCounts CountsOf(const RefreshState& refresh);
ObjectCounts CountsOf(const DomainState& domain);

// When the object is shown otherwise although nothing was learned of it; never: SteadyTime::max().
SteadyTime TurnsAt(const RefreshState& refresh, const TargetOptions& options);
SteadyTime TurnsAt(const DomainState& domain, const TargetOptions& options);

template <typename Object>
class StoreTally {
 public:
  // Counts what changed.  Returns whether anything may have.
  bool Update(const KeyedStore<Object>& store, const TargetOptions& options, SteadyTime now) {
    const bool is_other = identity_ != store.identity();
    moved_ = is_other;
    if (!is_other && version_ == store.version() && now < turns_at_) return false;
    if (is_other) StartAnew(store);
    version_ = store.version();
    Truncate(store.groups().size());
    turns_at_ = SteadyTime::max();
    for (std::size_t i = 0; i < store.groups().size(); ++i) {
      const auto& group = store.groups()[i];
      if (groups_[i].store_version != group.version || now >= groups_[i].turns_at) {
        CountAgain(group, i, options, now);
      }
      turns_at_ = std::min(turns_at_, groups_[i].turns_at);
    }
    return true;
  }

  // Of each group: another one whenever it shows something else, never one that it had before.
  std::span<const std::uint64_t> versions() const { return versions_; }
  // Everything is shown otherwise, for a reason that lies elsewhere.
  void ChangeAll() {
    for (std::uint64_t& version : versions_) version = ++last_version_;
  }

  const ObjectCounts& counts() const { return counts_; }
  // By the last update objects may stand at other positions than before.
  bool moved() const { return moved_; }

 private:
  struct Group {
    std::uint64_t store_version = 0;
    SteadyTime turns_at{};
    std::size_t size = 0;
    ObjectCounts counts;
  };

  void StartAnew(const KeyedStore<Object>& store) {
    identity_ = store.identity();
    groups_.clear();
    counts_ = {};
  }

  void Truncate(std::size_t size) {
    for (std::size_t i = size; i < groups_.size(); ++i) counts_ -= groups_[i].counts;
    groups_.resize(size);
    versions_.resize(size);
  }

  void CountAgain(const typename KeyedStore<Object>::Group& group, std::size_t index,
                  const TargetOptions& options, SteadyTime now) {
    Group& counted = groups_[index];
    const bool is_last = index + 1 == groups_.size();
    moved_ = moved_ || (counted.size != group.size && !is_last);
    counts_ -= counted.counts;
    counted = {.store_version = group.version,
               .turns_at = SteadyTime::max(),
               .size = group.size,
               .counts = {}};
    auto object = group.first;
    for (std::size_t i = 0; i < group.size; ++i, ++object) {
      counted.counts += CountsOf(*object);
      const SteadyTime turns_at = TurnsAt(*object, options);
      if (turns_at > now) counted.turns_at = std::min(counted.turns_at, turns_at);
    }
    counts_ += counted.counts;
    versions_[index] = ++last_version_;
  }

  std::shared_ptr<const char> identity_;
  std::uint64_t version_ = 0;  // of the store
  SteadyTime turns_at_{};
  std::vector<Group> groups_;
  std::vector<std::uint64_t> versions_;
  std::uint64_t last_version_ = 0;
  ObjectCounts counts_;
  bool moved_ = false;
};

}  // namespace cckm
