#include "collectors/poll/listed_ids.h"

#include <utility>

namespace cckm {

void ListedIds::Clear() {
  ++listing_;
  ids_.clear();
}

bool ListedIds::Add(std::string_view id, Watched* watched) {
  if (watched == nullptr) return ids_.emplace(id).second;
  const bool is_new = !Has(*watched);
  watched->listing = listing_;
  return is_new;
}

bool ListedIds::Has(const Watched& watched) const {
  return watched.listing == listing_ || ids_.contains(watched.id);
}

void ListedIds::Keep(const Watched& watched) {
  if (Has(watched)) ids_.insert(watched.id);
}

IdList ListedIds::TakeAll(const Watchlist& watched) {
  IdList all;
  all.Reserve(watched.size() + ids_.size(), last_bytes_);
  watched.ForEach([&](RefreshIndex, const Watched& entry) {
    if (entry.listing == listing_ && !ids_.contains(entry.id)) all.Add(entry.id);
  });
  for (const std::string& id : std::exchange(ids_, {})) all.Add(id);
  last_bytes_ = all.bytes();
  return all;
}

}  // namespace cckm
