// The part of collector.h about refreshes that are discovered in the list: which of them are
// watched.

#include <string>
#include <utility>

#include "collectors/poll/collector.h"

namespace cckm {
namespace {

// Names that are kept to know where no refresh may be missed.
constexpr std::size_t kMaxLeftOutDomains = 20'000;

}  // namespace

// An id is shown as it is: one that an appliance made of what it was sent is no id.
void Collector::Discover(Refresh entry) {
  if (token_.AppearsIn(entry.id)) {
    pages_met_unreadable_ = true;
    return update_.CountError({ErrorKind::kSchema, "the list names a refresh by a secret"});
  }
  if (ListFits() || !IsFinished(entry.status)) {
    WatchDiscovered(std::move(entry));
  } else if (const auto left_out = candidates_.Take(std::move(entry))) {
    LeaveOut(*left_out);
  }
}

// True where nobody is left out whatever else the list holds.
bool Collector::ListFits() const {
  return list_length_ && *list_length_ <= discovery_.max_refreshes &&
         watched_.discovered() < discovery_.max_refreshes;
}

// Without a failure that names no domain nobody looks for who did the same units later.
bool Collector::NeedsUnits(const Watched& watched) const {
  return watched.lacks_units && watched_.HasFailuresForUnknownDomains();
}

void Collector::LeaveOut(const Refresh& entry) {
  pages_truncated_ = true;
  for (const DomainRefresh& named : entry.domains) {
    if (left_out_domains_.size() < kMaxLeftOutDomains) {
      left_out_domains_.insert(named.domain_id);
    } else {
      left_out_domains_are_all_ = false;
    }
  }
}

RefreshIndex Collector::AddDiscovered(const Refresh& entry) {
  update_.WatchAgain(entry.id);
  const RefreshIndex index = watched_.Add(entry.id, false);
  watched_[index].was_found_finished = IsFinished(entry.status);
  return index;
}

void Collector::WatchDiscovered(Refresh entry) {
  if (!MakeRoomFor(entry)) {
    LeaveOut(entry);
    return;
  }
  const RefreshIndex index = AddDiscovered(entry);
  RefreshAnswer answer{.kind = RefreshAnswer::Kind::kRefresh, .refresh = std::move(entry)};
  DecideIfFinal(watched_[index], answer);
  TakeRefresh(index, std::move(answer));
}

// One that is not whole is asked for by id, as any that is not finished.
void Collector::WatchCandidates() {
  for (DiscoveryCandidate& candidate : candidates_.TakeAll()) {
    if (watched_.Find(candidate.refresh.id)) continue;  // configured meanwhile
    if (candidate.is_whole) {
      WatchDiscovered(std::move(candidate.refresh));
    } else if (MakeRoomFor(candidate.refresh)) {
      AddDiscovered(candidate.refresh);
    } else {
      LeaveOut(candidate.refresh);
    }
  }
}

// Of more refreshes than there is room for, the unfinished and the newest are watched.
bool Collector::MakeRoomFor(const Refresh& entry) {
  if (watched_.discovered() < discovery_.max_refreshes) return true;
  pages_truncated_ = true;
  const auto oldest = watched_.OldestFinalDiscovered(clock_.Now());
  if (!oldest) return false;
  const bool is_worth_it =
      !IsFinished(entry.status) || watched_[*oldest].created_at < entry.created_at;
  if (is_worth_it) Unwatch(*oldest);
  return is_worth_it;
}

}  // namespace cckm
