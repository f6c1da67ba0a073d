// The part of collector.h about the lists of refreshes and of domains.

#include <algorithm>
#include <string>
#include <utility>

#include "collectors/decode/answer.h"
#include "collectors/poll/collector.h"

namespace cckm {
namespace {

// How long refreshes are asked for by id after the list failed.
constexpr Nanoseconds kWithoutList = std::chrono::minutes(10);
constexpr Nanoseconds kDomainWalkInterval = std::chrono::minutes(10);
constexpr Nanoseconds kDomainWalkRetry = std::chrono::minutes(1);

const Error& RepeatsItself() {
  static const Error error{ErrorKind::kSchema, "the list repeats itself without an end"};
  return error;
}

}  // namespace

void Collector::BeginRefreshWalk(bool discovers) {
  if (discovers) ForgetTooMany();
  refresh_walk_.emplace(family_.path);
  ++walk_number_;
  walk_discovers_ = discovers;
  walk_truncated_ = false;
  walk_met_unreadable_ = false;
  left_out_domains_.clear();
}

// There may be more than allowed since the configuration or the files of refresh IDs changed.
void Collector::ForgetTooMany() {
  while (watched_.discovered() > discovery_.max_refreshes) {
    const auto oldest = watched_.OldestSettledDiscovered();
    if (!oldest) return;
    Unwatch(*oldest);
  }
}

bool Collector::ShrinksPage(ListWalk& walk, const Error& error) {
  return error.kind == ErrorKind::kTooLarge && walk.TakeTooLarge();
}

bool Collector::OnRefreshPage(const HttpResponse& response) {
  const bool is_not_found = IsNotFound(response);
  const Result<std::string_view> body = UsableBody(response, decoder_);
  auto page = body ? decoder_.DecodeRefreshList(*body, family_)
                   : Decoded<RefreshPage>(tl::unexpect, DecodeFailure{body.error(), {}});
  if (!page) {
    if (ShrinksPage(*refresh_walk_, page.error().error)) return false;
    if (!is_not_found) NoteError(page.error().error);
    no_list_before_ = clock_.SteadyNow() + kWithoutList;
    refresh_walk_->Stop();
    EndRefreshWalk();
    return is_not_found;
  }
  SetBaseline(response);
  NoteUnreadable(page->unusable_entries);
  const std::size_t entries = page->refreshes.size() + page->unusable_entries;
  for (Refresh& entry : page->refreshes) {
    TakeEntry(std::move(entry));
  }
  if (!refresh_walk_->TakePage(page->total, entries)) NoteError(RepeatsItself());
  list_length_ = refresh_walk_->Length();
  AfterRefreshPage();
  return true;
}

// A walk that only serves awaited refreshes ends with the last of them, or when asking for the rest
// by id is the shorter way.
void Collector::AfterRefreshPage() {
  if (!walk_discovers_ && refresh_walk_->PagesLeft() >= expected_.unmet) refresh_walk_->Stop();
  if (refresh_walk_->IsOver()) EndRefreshWalk();
}

// Each page that holds such entries is one error, however many they are.  Without discovery they
// are asked for by id, and tell what is wrong then.
void Collector::NoteUnreadable(std::size_t entries) {
  if (entries == 0 || !walk_discovers_) return;
  walk_met_unreadable_ = true;
  NoteError({ErrorKind::kSchema,
             std::to_string(entries) + " entries of a page of the list cannot be read"});
}

void Collector::SetBaseline(const HttpResponse& response) {
  if (!walk_discovers_ || baseline_) return;
  baseline_ = response.answer->date.value_or(clock_.Now());
  update_.baseline = baseline_;
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
  return watched.met_in_walk == walk_number_ || refresh_walk_->Remembers(watched.id);
}

// Takes an entry of the page under way; false if the walk has met it before.
bool Collector::Meet(std::string_view id, std::optional<RefreshIndex> index) {
  if (!index) return refresh_walk_->See(id);
  Watched& watched = watched_[*index];
  const bool is_new = !WasMet(watched);
  watched.met_in_walk = walk_number_;
  return refresh_walk_->Take(is_new);
}

// Takes what the list says of a refresh, as far as it is news.
void Collector::TakeEntry(Refresh entry) {
  const auto index = watched_.Find(entry.id);
  if (!Meet(entry.id, index)) return;
  if (!index) {
    if (walk_discovers_) Discover(std::move(entry));
    return;
  }
  Watched& watched = watched_[*index];
  const bool is_as_known = watched.settled && watched.status == entry.status &&
                           (!entry.completed_at || watched.completed_at == entry.completed_at);
  if (!is_as_known) {
    RefreshAnswer answer{.kind = RefreshAnswer::Kind::kRefresh, .refresh = std::move(entry)};
    SettleIfFinished(watched, answer);
    TakeRefresh(*index, std::move(answer));
  }
  // One that is asked for by id right now is given back by its answer.
  if (watched.awaited == Awaited::kFromNone) return;
  StopAwaiting(watched);
  watched_.GiveBack(*index, clock_.SteadyNow());
}

// An id is shown as it is: one that an appliance made of what it was sent is no id.
void Collector::Discover(Refresh entry) {
  if (holds_secret_(entry.id)) {
    walk_met_unreadable_ = true;
    return NoteError({ErrorKind::kSchema, "the list names a refresh by a secret"});
  }
  if (!MakeRoomFor(entry)) {
    for (const DomainRefresh& named : entry.domains) left_out_domains_.insert(named.domain_id);
    return;
  }
  const RefreshIndex index = watched_.Add(entry.id, false);
  RefreshAnswer answer{.kind = RefreshAnswer::Kind::kRefresh, .refresh = std::move(entry)};
  watched_[index].was_found_finished = IsFinished(answer.refresh.status);
  SettleIfFinished(watched_[index], answer);
  TakeRefresh(index, std::move(answer));
}

// Of more refreshes than there is room for, the unfinished and the newest are watched.
bool Collector::MakeRoomFor(const Refresh& entry) {
  if (watched_.discovered() < discovery_.max_refreshes) return true;
  walk_truncated_ = true;
  const auto oldest = watched_.OldestSettledDiscovered();
  if (!oldest) return false;
  const bool is_worth_it =
      !IsFinished(entry.status) || watched_[*oldest].created_at < entry.created_at;
  if (is_worth_it) Unwatch(*oldest);
  return is_worth_it;
}

void Collector::EndRefreshWalk() {
  if (walk_discovers_) {
    const bool is_complete = refresh_walk_->IsComplete();
    if (is_complete) ForgetVanished();
    update_.listing = RefreshListing{.is_complete = is_complete,
                                     .is_truncated = walk_truncated_,
                                     .has_unreadable_entries = walk_met_unreadable_,
                                     .left_out_domains = std::move(left_out_domains_),
                                     .refresh_ids = TakeMetIds()};
  }
  refresh_walk_.reset();
  AskAwaitedById();
  WalkForThoseThatCameLate();
}

void Collector::ForgetVanished() {
  std::vector<RefreshIndex> vanished;
  watched_.ForEach([&](RefreshIndex index, const Watched& watched) {
    const bool is_listed = watched.is_configured || WasMet(watched);
    if (!is_listed && watched.settled) vanished.push_back(index);
  });
  for (const RefreshIndex index : vanished) watched_.Remove(index);
}

std::set<std::string, std::less<>> Collector::TakeMetIds() {
  std::set<std::string, std::less<>> ids = refresh_walk_->TakeSeen();
  watched_.ForEach([&](RefreshIndex, const Watched& watched) {
    if (watched.met_in_walk == walk_number_) ids.insert(watched.id);
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
      unasked_.push_back({.number = index});
    } else {
      watched_.GiveBack(index, clock_.SteadyNow());
    }
  }
}

bool Collector::OnDomainPage(const HttpResponse& response) {
  const Result<std::string_view> body = UsableBody(response, decoder_);
  auto page = body ? decoder_.DecodeDomainList(*body, family_)
                   : Decoded<DomainPage>(tl::unexpect, DecodeFailure{body.error(), {}});
  if (!page) {
    if (ShrinksPage(*domain_walk_, page.error().error)) return false;
    if (!IsNotFound(response)) NoteError(page.error().error);
    domain_walk_->Stop();
    EndDomainWalk();
    return false;
  }
  const std::size_t entries = page->domains.size() + page->unusable_entries;
  for (DomainName& domain : page->domains) {
    if (domain_walk_->See(domain.id)) domains_.push_back(std::move(domain));
  }
  if (!domain_walk_->TakePage(page->total, entries)) NoteError(RepeatsItself());
  if (domain_walk_->IsOver()) EndDomainWalk();
  return true;
}

void Collector::EndDomainWalk() {
  const bool is_complete = domain_walk_->IsComplete();
  const bool has_news = is_complete || !domains_.empty();
  next_domain_walk_ = clock_.SteadyNow() + (is_complete ? kDomainWalkInterval : kDomainWalkRetry);
  if (has_news) {
    update_.domain_listing =
        DomainListing{.is_complete = is_complete, .domains = std::exchange(domains_, {})};
  }
  domains_.clear();
  domain_walk_.reset();
}

}  // namespace cckm
