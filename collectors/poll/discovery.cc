#include "collectors/poll/discovery.h"

#include <utility>
#include <vector>

#include "collectors/poll/list_page.h"

namespace cckm {
namespace {

// Names that are kept to know where no refresh may be missed.
constexpr std::size_t kMaxLeftOutDomains = 20'000;

}  // namespace

Discovery::Discovery(const DiscoverySettings& settings, const Parts& parts)
    : settings_(settings),
      parts_(parts),
      next_due_(parts.clock.SteadyNow()),
      candidates_(settings.max_refreshes) {}

void Discovery::Begin() {
  next_due_ = parts_.clock.SteadyNow() + settings_.interval;
  listing_ = {};
}

// An id is shown as it is: one that an appliance made of what it was sent is no id.
void Discovery::Take(Refresh entry, std::optional<std::uint64_t> length) {
  if (parts_.token.AppearsIn(entry.id)) {
    listing_.has_unreadable_entries = true;
    return parts_.update.CountError({ErrorKind::kSchema, "the list names a refresh by a secret"});
  }
  if (ListFits(length) || !IsFinished(entry.status)) {
    Watch(std::move(entry));
  } else if (const auto left_out = candidates_.Take(std::move(entry))) {
    LeaveOut(*left_out);
  }
}

// True where nobody is left out whatever else the list holds.
bool Discovery::ListFits(std::optional<std::uint64_t> length) const {
  return length && *length <= settings_.max_refreshes &&
         parts_.watched.discovered() < settings_.max_refreshes;
}

void Discovery::TakeUnusable(const UnusableEntries& unusable) {
  if (unusable.count == 0) return;
  listing_.has_unreadable_entries = true;
  parts_.update.CountError(SummaryOf(unusable));
  for (const DecodeFailure& failure : unusable.anomalies) TellAnomaly(failure);
}

// One that is not final is requested by id, and tells it then.
void Discovery::TellAnomaly(const DecodeFailure& failure) {
  const auto index = parts_.watched.Find(failure.told_id);
  if (index && !parts_.watched[*index].is_final) return;
  if (parts_.token.AppearsIn(failure.told_id)) return;
  RefreshAnswer answer;
  answer.refresh.id = failure.told_id;
  answer.refresh.anomalies.Add(*failure.anomaly);
  parts_.update.AddAnswer(std::move(answer));
}

void Discovery::End(bool is_complete) {
  listing_.is_complete = is_complete;
  listing_.tells_what_is_gone = parts_.replication.KnowsAll();
  if (is_complete && !listing_.has_unreadable_entries) RemoveVanished();
  WatchCandidates();
  listing_.refresh_ids = parts_.listed.TakeAll(parts_.watched);
  parts_.update.SetListing(std::exchange(listing_, {}));
}

// A refresh of which not all was kept is requested by id, as any that is not finished.
void Discovery::WatchCandidates() {
  for (DiscoveryCandidate& candidate : candidates_.TakeAll()) {
    if (parts_.watched.Find(candidate.refresh.id)) continue;  // configured meanwhile
    if (candidate.is_whole) {
      Watch(std::move(candidate.refresh));
    } else if (MakeRoomFor(candidate.refresh)) {
      Add(candidate.refresh);
    } else {
      LeaveOut(candidate.refresh);
    }
  }
}

void Discovery::Watch(Refresh entry) {
  if (!MakeRoomFor(entry)) return LeaveOut(entry);
  const RefreshIndex index = Add(entry);
  parts_.tracker.Take(index, std::move(entry));
}

RefreshIndex Discovery::Add(const Refresh& entry) {
  parts_.update.WatchAgain(entry.id);
  const RefreshIndex index = parts_.watched.Add(entry.id, false);
  parts_.watched[index].was_found_finished = IsFinished(entry.status);
  return index;
}

// Of more refreshes than there is room for, the unfinished and the newest are watched.
bool Discovery::MakeRoomFor(const Refresh& entry) {
  Watchlist& watched = parts_.watched;
  if (watched.discovered() < settings_.max_refreshes) return true;
  listing_.is_truncated = true;
  const auto oldest = watched.OldestFinalDiscovered(parts_.clock.Now());
  if (!oldest) return false;
  const bool is_worth_it =
      !IsFinished(entry.status) || watched[*oldest].summary.created_at < entry.created_at;
  if (is_worth_it) Unwatch(*oldest);
  return is_worth_it;
}

void Discovery::LeaveOut(const Refresh& entry) {
  listing_.is_truncated = true;
  for (const DomainRefresh& named : entry.domains) {
    if (listing_.left_out_domains.size() < kMaxLeftOutDomains) {
      listing_.left_out_domains.insert(named.domain_id);
    } else {
      listing_.left_out_domains_are_all = false;
    }
  }
}

void Discovery::RemoveVanished() {
  std::vector<RefreshIndex> vanished;
  parts_.watched.ForEach([&](RefreshIndex index, const Watched& watched) {
    const bool is_listed = watched.is_configured || parts_.listed.Has(watched);
    if (is_listed || !watched.is_final) return;
    if (parts_.replication.MayBelieveAbsence(watched.told_by)) vanished.push_back(index);
  });
  for (const RefreshIndex index : vanished) {
    parts_.update.AddVanished(parts_.watched[index].id);
    parts_.watched.Remove(index);
  }
}

void Discovery::Unwatch(RefreshIndex index) {
  const Watched& watched = parts_.watched[index];
  parts_.listed.Keep(watched);
  parts_.update.AddUnwatched(watched.id);
  parts_.watched.Remove(index);
}

void Discovery::UnwatchTooMany() {
  Watchlist& watched = parts_.watched;
  while (watched.discovered() > settings_.max_refreshes) {
    const auto oldest = watched.OldestFinalDiscovered(parts_.clock.Now());
    Unwatch(oldest ? *oldest : watched.OldestDiscovered());
  }
}

}  // namespace cckm
