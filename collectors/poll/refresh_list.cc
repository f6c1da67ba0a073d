#include "collectors/poll/refresh_list.h"

#include <utility>

#include "collectors/poll/list_page.h"
#include "collectors/poll/repeated_answers.h"

namespace cckm {
namespace {

constexpr std::uint64_t kPagesOfLongList = 100;

}  // namespace

RefreshList::RefreshList(const DiscoverySettings& settings, const Parts& parts)
    : parts_(parts),
      awaited_(parts.watched),
      discovery_(settings, {.clock = parts.clock,
                            .replication = parts.replication,
                            .token = parts.token,
                            .watched = parts.watched,
                            .tracker = parts.tracker,
                            .listed = listed_,
                            .update = parts.update}) {}

std::optional<SteadyTime> RefreshList::NextDue() const {
  return Discovers() && !pages_ ? std::optional(discovery_.next_due()) : std::nullopt;
}

bool RefreshList::DiscoveryIsDue(SteadyTime now, bool is_read_anyway) const {
  if (!NextDue()) return false;
  return (is_read_anyway ? discovery_.may_begin() : discovery_.next_due()) <= now;
}

void RefreshList::Read(const std::vector<RefreshIndex>& refreshes, bool discover) {
  const bool is_late = IsBeingRead();
  if (!is_late && (discover || !refreshes.empty())) Begin(discover);
  awaited_.Add(refreshes, is_late ? Awaited::kFromNextListing : Awaited::kFromThisListing);
}

void RefreshList::Begin(bool discover) {
  pages_.emplace(parts_.family.path, parts_.watched.size());
  listed_.Clear();
  discovers_ = discover;
  if (discover) discovery_.Begin();
}

std::optional<Paginator::Page> RefreshList::NextPage() {
  return pages_ ? pages_->NextPage() : std::nullopt;
}

Decoded<RefreshPage> RefreshList::ReadPage(const HttpResult& response) const {
  if (!response.answer) return parts_.reader.ReadPage(response);
  RepeatedEntries repeated(parts_.watched, {.now = parts_.clock.SteadyNow(),
                                            .latest_time = parts_.reader.LatestTimeIn(response)});
  return parts_.reader.ReadPage(response, &repeated);
}

ResponseUse RefreshList::OnPage(const HttpResult& response) {
  Decoded<RefreshPage> page = ReadPage(response);
  if (!page) return OnNoPage(page.error(), parts_.reader.SaysNotFound(response));
  switch (pages_->OriginOf(PlaceOf(*page, page->entries.size(), page->is_single_job))) {
    case Paginator::Origin::kRequestedAgain:
      parts_.update.CountError(BelongsElsewhere());
      return {.is_own = false};
    case Paginator::Origin::kAnother:
      return OnNoPage({BelongsElsewhere()}, false);
    case Paginator::Origin::kThisPage:
      break;
  }
  TakePage(std::move(*page), response);
  return {.is_usable = true};
}

void RefreshList::TakePage(RefreshPage page, const HttpResult& response) {
  parts_.availability.SetFound();
  parts_.availability.SetLength(page.frame.total);
  if (discovers_) {
    parts_.tracker.SetBaseline(parts_.reader.TimeOf(response));
    discovery_.TakeUnusable(page.unusable);
  }
  const std::size_t entries = page.entries.size() + page.unusable.count;
  const SteadyTime now = parts_.clock.SteadyNow();
  for (const PageEntry& entry : page.entries) {
    if (entry.known) {
      TakeRepeated(*entry.known, now);
    } else {
      TakeEntry(std::move(page.refreshes[entry.position]), entry.fingerprint, now);
    }
  }
  if (!pages_->TakePage(page.frame.total, entries, response.answer->body.size())) {
    parts_.update.CountError(RepeatsItself());
  }
  parts_.availability.SetLength(pages_->Length());
  AfterPage();
}

// The response is no page.  The next one is requested where that makes sense.
ResponseUse RefreshList::OnNoPage(const DecodeFailure& failure, bool is_not_found) {
  const bool is_news = is_not_found && !parts_.availability.IsNotFound();
  if (is_news && pages_->OriginOf(Paginator::kNotFound) == Paginator::Origin::kRequestedAgain) {
    return {.is_own = false};
  }
  if (MayBeReadInParts(failure) && ReadsInParts(failure)) return {};
  if (is_not_found) {
    parts_.availability.SetNotFound();
  } else {
    parts_.update.CountError(failure.error);
  }
  parts_.availability.SetUnusable();
  pages_->Stop();
  End();
  if (parts_.availability.IsAbsent()) parts_.pending.GiveBackAll();
  return {.is_own = !IsOfTheBody(failure)};
}

// Has smaller pages requested, down to one entry, which is passed over; false where that makes no
// sense any more.  Without discovery an entry is requested by id, and tells what is wrong then.
bool RefreshList::ReadsInParts(const DecodeFailure& failure) {
  const Paginator::Detour detour = pages_->TakeUnreadable();
  if (detour == Paginator::Detour::kSkippedEntry && discovers_) {
    discovery_.TakeUnusable({.count = 1, .first = failure.error});
  }
  return detour != Paginator::Detour::kGaveUp;
}

// One that was forgotten meanwhile is requested by id if it is due.
void RefreshList::TakeRepeated(RefreshIndex index, SteadyTime now) {
  Watched& watched = parts_.watched[index];
  if (!watched.fingerprint) return;
  parts_.watched.TakeFound(index);
  if (!pages_->Take(listed_.Add(watched.id, &watched))) return;
  parts_.tracker.TakeRepeated(index);
  if (awaited_.Remove(index)) parts_.watched.GiveBack(index, now);
}

void RefreshList::TakeEntry(Refresh entry, const Fingerprint& fingerprint, SteadyTime now) {
  const auto index = parts_.watched.Find(entry.id);
  Watched* const watched = index ? &parts_.watched[*index] : nullptr;
  if (!pages_->Take(listed_.Add(entry.id, watched))) return;
  if (!index) {
    if (discovers_) discovery_.Take(std::move(entry), parts_.availability.length());
    return;
  }
  parts_.tracker.TakeListed(*index, std::move(entry), fingerprint);
  // One that is requested by id right now is given back by its response.
  if (awaited_.Remove(*index)) parts_.watched.GiveBack(*index, now);
}

// Nobody waits for a discovery that is longer than requesting what is due by id.
void RefreshList::AfterPage() {
  const bool by_id_is_shorter = pages_->PagesLeft() >= awaited_.count();
  const bool is_long = pages_->PagesLeft() >= kPagesOfLongList;
  if (!discovers_ && by_id_is_shorter) pages_->Stop();
  if (discovers_ && by_id_is_shorter && is_long) RequestAwaited();
  if (pages_->IsOver()) End();
}

void RefreshList::StopPending() {
  while (HasPending()) {  // one may begin where another ended
    pages_->Stop();
    End();
  }
}

void RefreshList::End() {
  if (discovers_) discovery_.End(pages_->IsComplete());
  pages_.reset();
  listed_.Clear();
  RequestAwaited();
  ReadForLateOnes();
}

void RefreshList::RequestAwaited() {
  for (const RefreshIndex index : awaited_.TakeAll()) parts_.pending.AddRefresh(index);
}

void RefreshList::ReadForLateOnes() {
  awaited_.MoveOn();
  if (awaited_.count() == 0) return;
  if (parts_.pending.is_open() && parts_.availability.TakesFewerRequests(awaited_.count())) {
    Begin(false);
  } else {
    RequestAwaited();
  }
}

}  // namespace cckm
