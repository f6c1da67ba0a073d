#include "collectors/poll/awaited_refreshes.h"

#include <utility>

namespace cckm {

void AwaitedRefreshes::Add(const std::vector<RefreshIndex>& refreshes, Awaited awaited) {
  Part& part = PartOf(awaited);
  part.refreshes.insert(part.refreshes.end(), refreshes.begin(), refreshes.end());
  part.count += refreshes.size();
  for (const RefreshIndex index : refreshes) watched_[index].awaited = awaited;
}

bool AwaitedRefreshes::Remove(RefreshIndex index) {
  const Awaited awaited = std::exchange(watched_[index].awaited, Awaited::kNot);
  if (awaited == Awaited::kNot) return false;
  --PartOf(awaited).count;
  return true;
}

std::vector<RefreshIndex> AwaitedRefreshes::TakeAll() { return TakeOut(Awaited::kFromThisListing); }

void AwaitedRefreshes::MoveOn() {
  Add(TakeOut(Awaited::kFromNextListing), Awaited::kFromThisListing);
}

// A refresh that was removed and added again is there twice.
std::vector<RefreshIndex> AwaitedRefreshes::TakeOut(Awaited awaited) {
  std::vector<RefreshIndex> refreshes = std::exchange(PartOf(awaited), {}).refreshes;
  std::erase_if(refreshes, [&](RefreshIndex index) {
    if (watched_[index].awaited != awaited) return true;
    watched_[index].awaited = Awaited::kNot;
    return false;
  });
  return refreshes;
}

}  // namespace cckm
