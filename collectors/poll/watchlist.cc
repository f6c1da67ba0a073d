#include "collectors/poll/watchlist.h"

#include <algorithm>
#include <utility>

namespace cckm {

std::vector<std::string> TakeOutOldest(std::vector<KnownRefresh>& known,
                                       const std::vector<std::string>& configured,
                                       std::size_t most) {
  if (known.size() <= most) return {};
  const std::set<std::string_view> stays(configured.begin(), configured.end());
  const auto first = std::partition(known.begin(), known.end(), [&](const KnownRefresh& refresh) {
    return stays.contains(refresh.id);
  });
  std::vector<std::string> out;
  if (static_cast<std::size_t>(known.end() - first) <= most) return out;
  std::sort(first, known.end(), [](const KnownRefresh& a, const KnownRefresh& b) {
    const auto place = [](const FinishedSummary& summary) {
      return std::pair(summary.FailedForUnknownDomains(), summary.created_at);
    };
    return place(a.summary) > place(b.summary);
  });
  const auto first_out = first + static_cast<std::ptrdiff_t>(most);
  for (auto refresh = first_out; refresh != known.end(); ++refresh) out.push_back(refresh->id);
  known.erase(first_out, known.end());
  return out;
}

// Most lists come in the order in which they came before.
std::optional<RefreshIndex> Watchlist::Find(std::string_view id) {
  if (entries_.empty()) return std::nullopt;
  const auto found = FindAfter(last_found_, id);
  if (found) TakeFound(*found);
  return found;
}

std::optional<RefreshIndex> Watchlist::FindAfter(RefreshIndex last, std::string_view id) const {
  const RefreshIndex follower = entries_[last].follower;
  if (entries_[follower].id == id && !entries_[follower].is_leaving) return follower;
  return Look(id);
}

std::optional<RefreshIndex> Watchlist::Look(std::string_view id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? std::nullopt : std::optional(*found);
}

void Watchlist::TakeFound(RefreshIndex index) {
  entries_[last_found_].follower = index;
  last_found_ = index;
}

void Watchlist::ForgetFingerprint(std::string_view id) {
  if (const auto index = Look(id)) entries_[*index].fingerprint = {};
}

void Watchlist::ForgetFingerprints() {
  for (Watched& entry : entries_) entry.fingerprint = {};
}

RefreshIndex Watchlist::Add(std::string id, bool is_configured) {
  RefreshIndex index = 0;
  if (free_.empty()) {
    index = static_cast<RefreshIndex>(entries_.size());
    entries_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Watched& entry = entries_[index];
  entry = {};
  entry.id = std::move(id);
  entry.is_configured = is_configured;
  index_.insert(index);
  if (!is_configured) ++discovered_;
  schedule_.AddUnfinished(index);
  return index;
}

void Watchlist::AddKnown(const KnownRefresh& known, SteadyTime now) {
  const RefreshIndex index = Add(known.id, false);
  schedule_.Remove(index);
  Watched& entry = entries_[index];
  entry.is_final = true;
  entry.summary = known.summary;
  entry.lacks_units = true;
  entry.told_by = kEarlierProcess;
  schedule_.RecheckWithinInterval(index, now);
  NoteEvictable(index);
}

void Watchlist::SetConfigured(RefreshIndex index, bool is_configured) {
  Watched& entry = entries_[index];
  if (entry.is_configured == is_configured) return;
  ForgetEvictable(index);
  entry.is_configured = is_configured;
  if (is_configured) {
    --discovered_;
  } else {
    ++discovered_;
  }
  NoteEvictable(index);
}

void Watchlist::Configure(const std::vector<std::string>& refresh_ids, bool discovery) {
  for (const RefreshIndex index : Unconfigured(refresh_ids, discovery)) {
    if (discovery) {
      SetConfigured(index, false);
    } else {
      Remove(index);
    }
  }
  for (const std::string& id : refresh_ids) {
    if (const auto index = Find(id)) {
      SetConfigured(*index, true);
    } else {
      Add(id, true);
    }
  }
}

// Those of which the configuration says nothing any more; without discovery, discovered ones too.
std::vector<RefreshIndex> Watchlist::Unconfigured(const std::vector<std::string>& refresh_ids,
                                                  bool discovery) const {
  std::vector<RefreshIndex> unconfigured;
  if (entries_.empty()) return unconfigured;
  const std::set<std::string_view> configured(refresh_ids.begin(), refresh_ids.end());
  ForEach([&](RefreshIndex index, const Watched& watched) {
    if (!watched.is_configured && discovery) return;
    if (!configured.contains(watched.id)) unconfigured.push_back(index);
  });
  return unconfigured;
}

void Watchlist::Remove(RefreshIndex index) {
  Watched& entry = entries_[index];
  ForgetEvictable(index);
  index_.erase(index);
  if (!entry.is_configured) --discovered_;
  if (entry.is_due) {
    entry.is_leaving = true;
    entry.fingerprint = {};
    return;
  }
  schedule_.Remove(index);
  Erase(index);
}

void Watchlist::Erase(RefreshIndex index) {
  entries_[index] = {};
  free_.push_back(index);
}

Schedule::Due Watchlist::TakeDue(SteadyTime now) {
  Schedule::Due due = schedule_.Take(now);
  for (const RefreshIndex index : due.refreshes) entries_[index].is_due = true;
  return due;
}

void Watchlist::GiveBack(RefreshIndex index, SteadyTime now) {
  Watched& entry = entries_[index];
  if (!entry.is_due) return;
  entry.is_due = false;
  if (entry.is_leaving) {
    Erase(index);
  } else if (entry.is_final) {
    schedule_.RecheckLater(index, now);
  } else {
    schedule_.AddUnfinished(index);
  }
}

void Watchlist::Update(RefreshIndex index, const Refresh& refresh, bool is_final, SteadyTime now) {
  Watched& entry = entries_[index];
  ForgetEvictable(index);
  const bool changes_place = entry.is_final != is_final && !entry.is_due;
  entry.is_final = is_final;
  entry.summary = SummaryOf(refresh);
  entry.lacks_units = refresh.units == 0;
  NoteEvictable(index);
  if (!changes_place) return;
  schedule_.Remove(index);
  if (is_final) {
    schedule_.RecheckLater(index, now);
  } else {
    schedule_.AddUnfinished(index);
  }
}

void Watchlist::MakeDue(RefreshIndex index) {
  if (entries_[index].is_due) return;
  schedule_.Remove(index);
  schedule_.AddUnfinished(index);
}

std::optional<RefreshIndex> Watchlist::OldestFinalDiscovered(WallTime now) {
  while (!last_to_go_.empty()) {
    const auto [completed_at, index] = *last_to_go_.begin();
    if (completed_at && *completed_at + kShownAfterEnd > now) break;
    last_to_go_.erase(last_to_go_.begin());
    evictable_.emplace(entries_[index].summary.created_at, index);
  }
  const ByTime& first = evictable_.empty() ? last_to_go_ : evictable_;
  if (first.empty()) return std::nullopt;
  return first.begin()->second;
}

RefreshIndex Watchlist::OldestDiscovered() const {
  std::optional<RefreshIndex> oldest;
  ForEach([&](RefreshIndex index, const Watched& watched) {
    if (watched.is_configured) return;
    if (!oldest || watched.summary.created_at < entries_[*oldest].summary.created_at)
      oldest = index;
  });
  return *oldest;
}

void Watchlist::NoteEvictable(RefreshIndex index) {
  const Watched& entry = entries_[index];
  if (!entry.is_final || entry.is_configured) return;
  if (entry.summary.FailedForUnknownDomains()) {
    last_to_go_.emplace(entry.summary.completed_at, index);
  } else {
    evictable_.emplace(entry.summary.created_at, index);
  }
}

void Watchlist::ForgetEvictable(RefreshIndex index) {
  evictable_.erase({entries_[index].summary.created_at, index});
  last_to_go_.erase({entries_[index].summary.completed_at, index});
}

}  // namespace cckm
