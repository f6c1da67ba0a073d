#include "collectors/poll/collector.h"

#include <algorithm>
#include <utility>

namespace cckm {
namespace {

// Fewer refreshes than this are asked for by id while nobody knows how long the list is.
constexpr std::size_t kFewestForUnknownList = 8;

}  // namespace

Collector::Collector(std::string_view target, const CollectorPlan& plan,
                     const ScheduleSettings& schedule, const Clock& clock, Random& random,
                     Decoder& decoder, const TokenSource& token)
    : family_(*plan.family),
      clock_(clock),
      decoder_(decoder),
      token_(token),
      discovery_(plan.discovery),
      optional_(plan.optional),
      success_texts_(plan.success_texts),
      watched_(schedule, clock.SteadyNow(), random),
      candidates_(plan.discovery.max_refreshes),
      next_discovery_(clock.SteadyNow()),
      baseline_(plan.baseline),
      update_(target, family_, clock),
      domain_list_(family_, plan.domain_names, clock, decoder, update_) {
  const SteadyTime now = clock.SteadyNow();
  for (const KnownRefresh& known : plan.known) {
    watched_.AddKnown(known, now);
    NoteTimes(known.created_at, known.completed_at);
  }
  SetRefreshIds(plan.refresh_ids);
}

void Collector::SetRefreshIds(const std::vector<std::string>& refresh_ids) {
  LeaveAllBut(refresh_ids);
  for (const std::string& id : refresh_ids) {
    if (const auto index = watched_.Find(id)) {
      watched_.SetConfigured(*index, true);
    } else {
      watched_.Add(id, true);
    }
  }
  if (discovery_.enabled) ForgetTooMany();
}

void Collector::LeaveAllBut(const std::vector<std::string>& refresh_ids) {
  if (watched_.size() == 0) return;
  const std::set<std::string_view> wanted(refresh_ids.begin(), refresh_ids.end());
  std::vector<RefreshIndex> leaving;
  watched_.ForEach([&](RefreshIndex index, const Watched& watched) {
    if (!watched.is_configured && discovery_.enabled) return;
    if (!wanted.contains(watched.id)) leaving.push_back(index);
  });
  for (const RefreshIndex index : leaving) {
    if (discovery_.enabled) {
      watched_.SetConfigured(index, false);
    } else {
      watched_.Remove(index);
    }
  }
}

void Collector::BeginPollIfDue() {
  if (poll_) return;
  const SteadyTime now = clock_.SteadyNow();
  if (BeginPollOfAbsentFamily(now)) return;
  const bool discovers = discovery_.enabled && next_discovery_ <= now && !refresh_pages_;
  const bool names = was_up_ && domain_list_.IsDue();
  Schedule::Due due = watched_.TakeDue(now);
  if (due.refreshes.empty() && !due.heartbeat && !discovers && !names) return;
  poll_ = Poll{.began_at = now};
  const bool by_list = ListTakesFewerRequests(due.refreshes.size());
  const bool is_late = refresh_pages_.has_value();
  if (discovers || (by_list && !refresh_pages_)) BeginRefreshWalk(discovers);
  if (discovers) next_discovery_ = now + discovery_.interval;
  if (names) domain_list_.Begin();
  if (discovers || names) watched_.schedule().PutOffHeartbeat(now);
  if (by_list) {
    Await(due.refreshes, is_late ? Awaited::kFromNextWalk : Awaited::kFromThisWalk);
  } else {
    for (const RefreshIndex index : due.refreshes) pending_.push_back({.tag = {.refresh = index}});
  }
  if (due.heartbeat && !discovers)
    pending_.push_back({.tag = {.kind = RequestTag::Kind::kHeartbeat}});
}

// Nothing but one entry of the list is asked for, and that seldom.  False if the family is there.
bool Collector::BeginPollOfAbsentFamily(SteadyTime now) {
  if (!is_absent_) return false;
  if (now < absent_until_) return true;
  poll_ = Poll{.began_at = now, .asks_list = true};
  pending_.push_back({.tag = {.kind = RequestTag::Kind::kHeartbeat}});
  return true;
}

bool Collector::ListTakesFewerRequests(std::size_t refreshes) const {
  if (clock_.SteadyNow() < no_list_before_) return false;
  if (!list_length_) return refreshes >= kFewestForUnknownList;
  return *list_length_ / Paginator::kPageSize + 1 < refreshes;
}

std::optional<Collector::Request> Collector::NextRequest() {
  if (!poll_) return std::nullopt;
  if (auto page = NextPage()) return page;
  while (!pending_.empty()) {
    const PendingRequest next = pending_.front();
    pending_.pop_front();
    const bool is_refresh = next.tag.kind == RequestTag::Kind::kRefresh;
    if (is_refresh && watched_[next.tag.refresh].is_leaving) {
      watched_.GiveBack(next.tag.refresh, clock_.SteadyNow());
      continue;
    }
    ++on_the_wire_;
    return is_refresh ? RequestFor(next) : RequestHeartbeat(next);
  }
  return std::nullopt;
}

Collector::Request Collector::RequestFor(const PendingRequest& next) {
  Watched& watched = watched_[next.tag.refresh];
  watched.on_new_connection = watched.needs_new_connection || watched.other_id;
  std::string path(family_.path);
  path.append("/").append(watched.id);
  return {std::move(path), next.tag, watched.on_new_connection};
}

Collector::Request Collector::RequestHeartbeat(const PendingRequest& next) {
  poll_->asks_list = true;
  heartbeat_on_new_connection_ = next.on_new_connection;
  return {std::string(family_.path) + "?skip=0&limit=1", next.tag, next.on_new_connection};
}

std::optional<Collector::Request> Collector::NextPage() {
  using Kind = RequestTag::Kind;
  auto page = refresh_pages_ ? refresh_pages_->NextPage() : std::nullopt;
  const Kind kind = page ? Kind::kRefreshPage : Kind::kDomainPage;
  if (page) poll_->asks_list = true;
  if (!page) page = domain_list_.NextPage();
  if (!page) return std::nullopt;
  ++on_the_wire_;
  const RequestTag tag{.kind = kind, .is_repetition = page->is_repetition};
  return Request{std::move(page->path), tag, page->on_new_connection};
}

void Collector::RecordRequest(RequestTag tag, const HttpResult& response) {
  --on_the_wire_;
  update_.AddRequest(tag.kind, response);
}

// Where the poll ended meanwhile, the next one asks anyway.
void Collector::AskAgain(RequestTag tag, const HttpResult& response) {
  RecordRequest(tag, response);
  if (tag.kind == RequestTag::Kind::kRefreshPage) {
    refresh_pages_->Repeat();
  } else if (tag.kind == RequestTag::Kind::kDomainPage) {
    domain_list_.Repeat();
  } else if (poll_) {
    tag.is_repetition = true;
    pending_.push_front({.tag = tag, .on_new_connection = heartbeat_on_new_connection_});
  } else if (tag.kind == RequestTag::Kind::kRefresh) {
    watched_.GiveBack(tag.refresh, clock_.SteadyNow());
  }
}

bool Collector::OnResponse(RequestTag tag, const HttpResult& response) {
  RecordRequest(tag, response);
  AskForThoseOfTheFuture(response);
  Taken taken;
  switch (tag.kind) {
    case RequestTag::Kind::kHeartbeat:
      taken = OnHeartbeatAnswer(response);
      break;
    case RequestTag::Kind::kRefreshPage:
      taken = OnRefreshPage(response);
      break;
    case RequestTag::Kind::kDomainPage:
      taken = {.is_valid = false, .is_own = domain_list_.OnPage(response)};
      break;
    default:
      taken = OnRefreshAnswer(tag.refresh, response);
  }
  if (poll_ && taken.is_valid) {
    poll_->up = true;
    // An appliance that does not answer otherwise is not asked for names either.
    if (domain_list_.IsDue()) domain_list_.Begin();
  }
  return taken.is_own;
}

void Collector::Unwatch(RefreshIndex index) {
  const Watched& watched = watched_[index];
  if (refresh_pages_ && WasMet(watched)) refresh_pages_->Remember(watched.id);
  update_.AddUnwatched(watched.id);
  watched_.Remove(index);
}

void Collector::FailUnasked(const Error& error, bool is_counted) {
  const bool walks = (refresh_pages_ && !refresh_pages_->IsUnderWay()) || domain_list_.HasUnasked();
  if (pending_.empty() && !walks) return;
  while (refresh_pages_ && !refresh_pages_->IsUnderWay()) {  // one may begin where another ended
    refresh_pages_->Stop();
    EndRefreshWalk();
  }
  if (domain_list_.HasUnasked()) domain_list_.Stop();
  for (const PendingRequest& unasked : std::exchange(pending_, {})) GiveUp(unasked.tag);
  if (is_counted) {
    update_.CountError(error);
  } else {
    update_.ShowError(error);
  }
}

void Collector::GiveUp(RequestTag tag) {
  if (tag.kind != RequestTag::Kind::kRefresh) {
    is_absent_ = false;  // nobody knows
    return;
  }
  const bool is_leaving = watched_[tag.refresh].is_leaving;
  if (!is_leaving) {
    RefreshAnswer answer;
    answer.refresh.id = watched_[tag.refresh].id;
    update_.AddAnswer(std::move(answer));
  }
  watched_.GiveBack(tag.refresh, clock_.SteadyNow());
}

// A 404 for a refresh may as well mean that the whole family is not there.
bool Collector::ListHasToDecide() const {
  if (poll_->up || !poll_->met_not_found || poll_->asks_list) return false;
  return on_the_wire_ == 0 || watched_.schedule().NextDue() <= clock_.SteadyNow();
}

std::optional<bool> Collector::EndPollIfOver() {
  if (!poll_ || !pending_.empty()) return std::nullopt;
  if (ListHasToDecide()) {
    poll_->asks_list = true;  // even if it is given up
    pending_.push_back({.tag = {.kind = RequestTag::Kind::kHeartbeat}});
    return std::nullopt;
  }
  const SteadyTime now = clock_.SteadyNow();
  const bool is_busy = on_the_wire_ != 0 || refresh_pages_ || domain_list_.IsBeingRead();
  const bool list_may_wait = expected_.unmet == 0 && expected_next_.unmet == 0;
  const bool late_answers_may_wait = poll_->up && list_may_wait && NextDue() <= now;
  if (is_busy && !late_answers_may_wait) return std::nullopt;
  update_.SetEnded({.up = poll_->up,
                    .is_absent = is_absent_ && !poll_->up,
                    .duration = now - poll_->began_at,
                    .ended_at = clock_.Now()});
  was_up_ = poll_->up;
  poll_.reset();
  polled_once_ = true;
  return was_up_;
}

SteadyTime Collector::NextDue() const {
  if (is_absent_) return absent_until_;
  SteadyTime next = watched_.schedule().NextDue();
  if (discovery_.enabled && !refresh_pages_) next = std::min(next, next_discovery_);
  if (was_up_) next = std::min(next, domain_list_.NextDue().value_or(next));
  return next;
}

}  // namespace cckm
