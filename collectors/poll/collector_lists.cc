// The part of collector.h about the list of refreshes.

#include <algorithm>
#include <string>
#include <utility>

#include "collectors/decode/answer.h"
#include "collectors/poll/collector.h"
#include "collectors/poll/list_page.h"

namespace cckm {
namespace {

constexpr std::uint64_t kPagesOfLongWalk = 100;
// How long refreshes are asked for by id after the list failed.
constexpr Nanoseconds kWithoutList = std::chrono::minutes(10);

}  // namespace

void Collector::BeginRefreshWalk(bool discovers) {
  refresh_pages_.emplace(family_.path);
  ++listing_number_;
  pages_discover_ = discovers;
  pages_truncated_ = false;
  pages_met_unreadable_ = false;
  left_out_domains_.clear();
  left_out_domains_are_all_ = true;
}

// There may be more than allowed since the configuration or the files of refresh IDs changed.
void Collector::ForgetTooMany() {
  while (watched_.discovered() > discovery_.max_refreshes) {
    const auto oldest = watched_.OldestFinalDiscovered(clock_.Now());
    Unwatch(oldest ? *oldest : watched_.OldestDiscovered());
  }
}

Collector::Taken Collector::OnRefreshPage(const HttpResult& response) {
  const bool is_not_found = IsNotFound(response, decoder_);
  const Result<std::string_view> body = UsableBody(response, decoder_);
  auto page = body ? decoder_.DecodeRefreshList(*body, RulesFor(response))
                   : Decoded<RefreshPage>(tl::unexpect, DecodeFailure{body.error()});
  if (!page) return OnNoRefreshPage(page.error(), is_not_found);
  switch (refresh_pages_->OriginOf(PlaceOf(*page, page->refreshes.size(), page->is_single_job))) {
    case Paginator::Origin::kAskedForAgain:
      update_.CountError(BelongsElsewhere());
      return {.is_own = false};
    case Paginator::Origin::kAnother:
      return OnNoRefreshPage({BelongsElsewhere()}, false);
    case Paginator::Origin::kThisPage:
      break;
  }
  ListIsThere();
  SetBaseline(response);
  NoteUnreadable(page->unusable);
  list_length_ = page->frame.total;
  const std::size_t entries = page->refreshes.size() + page->unusable.count;
  for (Refresh& entry : page->refreshes) {
    TakeEntry(std::move(entry));
  }
  if (!refresh_pages_->TakePage(page->frame.total, entries, response.answer->body.size())) {
    update_.CountError(RepeatsItself());
  }
  list_length_ = refresh_pages_->Length();
  AfterRefreshPage();
  return {.is_valid = true};
}

// The answer is no page.  The walk goes on where that makes sense, and ends otherwise.
Collector::Taken Collector::OnNoRefreshPage(const DecodeFailure& failure, bool is_not_found) {
  Paginator& walk = *refresh_pages_;
  const bool is_news = is_not_found && !list_is_not_found_;
  if (is_news && walk.OriginOf(Paginator::kNotFound) == Paginator::Origin::kAskedForAgain) {
    return {.is_own = false};
  }
  if (MayBeReadInParts(failure)) {
    const Paginator::Detour detour = walk.TakeUnreadable();
    if (detour == Paginator::Detour::kSkippedEntry) {
      NoteUnreadable({.count = 1, .first = failure.error});
    }
    if (detour != Paginator::Detour::kGaveUp) return {};
  }
  if (is_not_found) {
    ListIsAbsent();
  } else {
    update_.CountError(failure.error);
  }
  no_list_before_ = clock_.SteadyNow() + kWithoutList;
  walk.Stop();
  EndRefreshWalk();
  if (is_absent_) LeaveUnasked();
  return {.is_own = !IsOfTheBody(failure)};
}

// A walk that only serves awaited refreshes ends with the last of them, or when asking for the rest
// by id is the shorter way.  Nobody waits for a discovery that is longer still.
void Collector::AfterRefreshPage() {
  const bool by_id_is_shorter = refresh_pages_->PagesLeft() >= expected_.unmet;
  const bool is_long = refresh_pages_->PagesLeft() >= kPagesOfLongWalk;
  if (!pages_discover_ && by_id_is_shorter) refresh_pages_->Stop();
  if (pages_discover_ && by_id_is_shorter && is_long) AskAwaitedById();
  if (refresh_pages_->IsOver()) EndRefreshWalk();
}

// Each page that holds such entries is one error, however many they are.  Without discovery they
// are asked for by id, and tell what is wrong then.
void Collector::NoteUnreadable(const UnusableEntries& unusable) {
  if (unusable.count == 0 || !pages_discover_) return;
  pages_met_unreadable_ = true;
  update_.CountError(SummaryOf(unusable));
  for (const DecodeFailure& failure : unusable.anomalies) TellAnomaly(failure);
}

// One that is not final is asked for by id, and tells it then.
void Collector::TellAnomaly(const DecodeFailure& failure) {
  const auto index = watched_.Find(failure.told_id);
  if ((index && !watched_[*index].is_final) || token_.AppearsIn(failure.told_id)) return;
  RefreshAnswer answer;
  answer.refresh.id = failure.told_id;
  answer.refresh.anomalies.Add(*failure.anomaly);
  update_.AddAnswer(std::move(answer));
}

// When the first discovery began, by the appliance's clock; again where that clock was ahead then
// and has come back.
void Collector::SetBaseline(const HttpResult& response) {
  const WallTime now = response.answer->date.value_or(clock_.Now());
  if (!pages_discover_ || (baseline_ && *baseline_ <= now + kFurthestAhead)) return;
  baseline_ = now;
  update_.SetBaseline(now);
}

void Collector::Await(const std::vector<RefreshIndex>& refreshes, Awaited awaited) {
  Expected& expected = awaited == Awaited::kFromThisWalk ? expected_ : expected_next_;
  expected.refreshes.insert(expected.refreshes.end(), refreshes.begin(), refreshes.end());
  expected.unmet += refreshes.size();
  for (const RefreshIndex index : refreshes) watched_[index].awaited = awaited;
}

void Collector::StopAwaiting(Watched& watched) {
  Expected& expected = watched.awaited == Awaited::kFromThisWalk ? expected_ : expected_next_;
  --expected.unmet;
  watched.awaited = Awaited::kFromNone;
}

bool Collector::WasMet(const Watched& watched) const {
  return watched.met_in_walk == listing_number_ || refresh_pages_->Remembers(watched.id);
}

// Takes an entry of the page under way; false if the walk has met it before.
bool Collector::Meet(std::string_view id, std::optional<RefreshIndex> index) {
  if (!index) return refresh_pages_->See(id);
  Watched& watched = watched_[*index];
  const bool is_new = !WasMet(watched);
  watched.met_in_walk = listing_number_;
  return refresh_pages_->Take(is_new);
}

// Takes what the list says of a refresh, as far as it is news.
void Collector::TakeEntry(Refresh entry) {
  const auto index = watched_.Find(entry.id);
  if (!Meet(entry.id, index)) return;
  if (!index) {
    if (pages_discover_) Discover(std::move(entry));
    return;
  }
  Watched& watched = watched_[*index];
  watched.is_deleted = false;
  const bool is_as_known = watched.is_final && !NeedsUnits(watched) &&
                           watched.status == entry.status &&
                           watched.created_at == entry.created_at &&
                           (!entry.completed_at || watched.completed_at == entry.completed_at);
  if (!is_as_known) {
    RefreshAnswer answer{.kind = RefreshAnswer::Kind::kRefresh, .refresh = std::move(entry)};
    DecideIfFinal(watched, answer);
    TakeRefresh(*index, std::move(answer));
  }
  // One that is asked for by id right now is given back by its answer.
  if (watched.awaited == Awaited::kFromNone) return;
  StopAwaiting(watched);
  watched_.GiveBack(*index, clock_.SteadyNow());
}

void Collector::EndRefreshWalk() {
  if (pages_discover_) {
    const bool is_complete = refresh_pages_->IsComplete();
    if (is_complete && !pages_met_unreadable_) ForgetVanished();
    WatchCandidates();
    update_.SetListing({.is_complete = is_complete,
                        .is_truncated = pages_truncated_,
                        .has_unreadable_entries = pages_met_unreadable_,
                        .left_out_domains = std::move(left_out_domains_),
                        .left_out_domains_are_all = left_out_domains_are_all_,
                        .refresh_ids = TakeMetIds()});
  }
  refresh_pages_.reset();
  AskAwaitedById();
  WalkForThoseThatCameLate();
}

void Collector::ForgetVanished() {
  std::vector<RefreshIndex> vanished;
  watched_.ForEach([&](RefreshIndex index, const Watched& watched) {
    const bool is_listed = watched.is_configured || WasMet(watched);
    if (!is_listed && watched.is_final) vanished.push_back(index);
  });
  for (const RefreshIndex index : vanished) {
    update_.AddVanished(watched_[index].id);
    watched_.Remove(index);
  }
}

std::set<std::string, std::less<>> Collector::TakeMetIds() {
  std::set<std::string, std::less<>> ids = refresh_pages_->TakeSeen();
  watched_.ForEach([&](RefreshIndex, const Watched& watched) {
    if (watched.met_in_walk == listing_number_) ids.insert(watched.id);
  });
  return ids;
}

void Collector::WalkForThoseThatCameLate() {
  for (const RefreshIndex index : std::exchange(expected_next_, {}).refreshes) {
    if (watched_[index].awaited != Awaited::kFromNextWalk) continue;
    watched_[index].awaited = Awaited::kFromThisWalk;
    expected_.refreshes.push_back(index);
    ++expected_.unmet;
  }
  if (expected_.unmet == 0) return;
  if (poll_ && ListTakesFewerRequests(expected_.unmet)) {
    BeginRefreshWalk(false);
  } else {
    AskAwaitedById();
  }
}

void Collector::AskAwaitedById() {
  for (const RefreshIndex index : std::exchange(expected_, {}).refreshes) {
    if (watched_[index].awaited != Awaited::kFromThisWalk) continue;
    watched_[index].awaited = Awaited::kFromNone;
    if (poll_) {
      pending_.push_back({.tag = {.refresh = index}});
    } else {
      watched_.GiveBack(index, clock_.SteadyNow());
    }
  }
}

}  // namespace cckm
