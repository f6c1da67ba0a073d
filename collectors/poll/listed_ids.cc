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

// Those of the watchlist come in ascending order, too.
IdList ListedIds::TakeAll(const Watchlist& watched) {
  const auto others = std::exchange(ids_, {});
  auto other = others.begin();
  IdList all;
  const auto add_others = [&](const auto& are_due) {
    for (; other != others.end() && are_due(*other); ++other) all.Add(*other);
  };
  watched.ForEach([&](RefreshIndex, const Watched& entry) {
    if (entry.listing != listing_) return;
    add_others([&](const std::string& id) { return id < entry.id; });
    if (other != others.end() && *other == entry.id) ++other;
    all.Add(entry.id);
  });
  add_others([](const std::string&) { return true; });
  return all;
}

}  // namespace cckm
