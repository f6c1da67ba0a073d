#include "collectors/poll/pending_requests.h"

#include <utility>

namespace cckm {

void PendingRequests::AddRefresh(RefreshIndex index) {
  const RequestTag tag{.refresh = index};
  if (is_open_) {
    tags_.push_back(tag);
  } else {
    GiveBack(tag);
  }
}

void PendingRequests::AddHeartbeat() { tags_.push_back({.kind = RequestTag::Kind::kHeartbeat}); }

void PendingRequests::AddFirst(RequestTag tag) {
  if (is_open_) {
    tags_.push_front(tag);
  } else {
    GiveBack(tag);
  }
}

std::optional<RequestTag> PendingRequests::Next() {
  while (!tags_.empty()) {
    const RequestTag tag = tags_.front();
    tags_.pop_front();
    const bool is_wanted =
        tag.kind != RequestTag::Kind::kRefresh || !watched_[tag.refresh].is_leaving;
    if (is_wanted) return tag;
    GiveBack(tag);
  }
  return std::nullopt;
}

std::deque<RequestTag> PendingRequests::TakeAll() { return std::exchange(tags_, {}); }

void PendingRequests::GiveBackAll() {
  for (const RequestTag tag : TakeAll()) GiveBack(tag);
}

void PendingRequests::GiveBack(RequestTag tag) {
  if (tag.kind == RequestTag::Kind::kRefresh) watched_.GiveBack(tag.refresh, clock_.SteadyNow());
}

}  // namespace cckm
