#include "collectors/poll/collector.h"

#include <algorithm>
#include <utility>

namespace cckm {

Collector::Collector(std::string_view target, const CollectorPlan& plan,
                     const ScheduleSettings& schedule, const Clock& clock,
                     const Replication& replication, Random& random, Decoder& decoder,
                     const TokenSource& token)
    : family_(*plan.family),
      clock_(clock),
      update_(target, family_, clock),
      watched_(schedule, clock.SteadyNow(), random),
      reader_(family_, plan.success_texts, clock, decoder),
      tracker_({.counts = plan.discovery.observe_history, .baseline = plan.baseline}, clock,
               replication, watched_, update_),
      availability_(plan.optional, clock, update_),
      pending_(watched_, clock),
      by_id_(family_, reader_, clock, replication, watched_, tracker_, update_),
      heartbeat_(family_, reader_, availability_, update_),
      refresh_list_(plan.discovery, {.family = family_,
                                     .clock = clock,
                                     .replication = replication,
                                     .token = token,
                                     .reader = reader_,
                                     .watched = watched_,
                                     .tracker = tracker_,
                                     .availability = availability_,
                                     .pending = pending_,
                                     .update = update_}),
      domain_list_(family_, plan.domain_names, clock, replication, decoder, update_) {
  for (const KnownRefresh& known : plan.known) tracker_.AddKnown(known);
  SetRefreshIds(plan.refresh_ids);
}

void Collector::SetRefreshIds(const std::vector<std::string>& refresh_ids) {
  const bool discovers = refresh_list_.Discovers();
  watched_.ForgetFingerprints();
  watched_.Configure(refresh_ids, discovers);
  if (discovers) refresh_list_.UnwatchTooMany();
}

void Collector::HandOverAnew(const std::vector<std::string>& refresh_ids) {
  for (const std::string& id : refresh_ids) watched_.ForgetFingerprint(id);
}

void Collector::BeginPollIfDue() {
  if (poll_) return;
  if (availability_.IsAbsent()) return BeginPollOfAbsentFamily();
  const SteadyTime now = clock_.SteadyNow();
  const bool names = WasUp() && domain_list_.IsDue();
  const Schedule::Due due = watched_.TakeDue(now);
  const bool reads_list = availability_.TakesFewerRequests(due.refreshes.size());
  const bool discovers = refresh_list_.DiscoveryIsDue(now, reads_list);
  if (due.refreshes.empty() && !due.heartbeat && !discovers && !names) return;
  OpenPoll();
  if (names) domain_list_.Begin();
  if (discovers || names) watched_.schedule().PutOffHeartbeat(now);
  if (reads_list) {
    refresh_list_.Read(due.refreshes, discovers);
  } else {
    refresh_list_.Read({}, discovers);
    for (const RefreshIndex index : due.refreshes) pending_.AddRefresh(index);
  }
  if (due.heartbeat && !discovers) AddHeartbeat();
}

void Collector::OpenPoll() {
  poll_ = Poll{.began_at = clock_.SteadyNow()};
  pending_.Open();
}

// Nothing but one entry of the list is requested, and that seldom.
void Collector::BeginPollOfAbsentFamily() {
  if (clock_.SteadyNow() < availability_.absent_until()) return;
  OpenPoll();
  poll_->requests_list = true;  // even if it is given up
  AddHeartbeat();
}

void Collector::AddHeartbeat() {
  heartbeat_.Begin();
  pending_.AddHeartbeat();
}

std::optional<PollRequest> Collector::NextRequest() {
  if (!poll_) return std::nullopt;
  std::optional<PollRequest> next = NextPage();
  if (!next) next = NextPending();
  if (next) ++on_the_wire_;
  return next;
}

std::optional<PollRequest> Collector::NextPage() {
  using Kind = RequestTag::Kind;
  auto page = refresh_list_.NextPage();
  const Kind kind = page ? Kind::kRefreshPage : Kind::kDomainPage;
  if (page) poll_->requests_list = true;
  if (!page) page = domain_list_.NextPage();
  if (!page) return std::nullopt;
  const RequestTag tag{.kind = kind, .is_repetition = page->is_repetition};
  return PollRequest{std::move(page->path), tag, page->on_new_connection};
}

std::optional<PollRequest> Collector::NextPending() {
  const auto tag = pending_.Next();
  if (!tag) return std::nullopt;
  if (tag->kind == RequestTag::Kind::kRefresh) return by_id_.RequestFor(*tag);
  poll_->requests_list = true;
  return heartbeat_.RequestFor(*tag);
}

void Collector::RecordRequest(RequestTag tag, const HttpResult& response) {
  --on_the_wire_;
  update_.AddRequest(tag.kind, response);
}

// Where the poll ended meanwhile, the next one requests it anyway.
void Collector::RequestAgain(RequestTag tag, const HttpResult& response) {
  RecordRequest(tag, response);
  if (tag.kind == RequestTag::Kind::kRefreshPage) {
    refresh_list_.Repeat();
  } else if (tag.kind == RequestTag::Kind::kDomainPage) {
    domain_list_.Repeat();
  } else {
    tag.is_repetition = true;
    pending_.AddFirst(tag);
  }
}

bool Collector::OnResponse(RequestTag tag, const HttpResult& response) {
  RecordRequest(tag, response);
  if (response.answer && response.answer->date) tracker_.TakeDate(*response.answer->date);
  const ResponseUse use = Dispatch(tag, response);
  if (poll_ && use.is_usable) {
    poll_->up = true;
    // An appliance that does not answer otherwise is not asked for names either.
    if (domain_list_.IsDue()) domain_list_.Begin();
  }
  return use.is_own;
}

ResponseUse Collector::Dispatch(RequestTag tag, const HttpResult& response) {
  switch (tag.kind) {
    case RequestTag::Kind::kHeartbeat:
      return OnHeartbeatResponse(tag, response);
    case RequestTag::Kind::kRefreshPage:
      return refresh_list_.OnPage(response);
    case RequestTag::Kind::kDomainPage:
      return {.is_usable = false, .is_own = domain_list_.OnPage(response)};
    default:
      return OnRefreshResponse(tag, response);
  }
}

ResponseUse Collector::OnHeartbeatResponse(RequestTag tag, const HttpResult& response) {
  const ResponseUse use = heartbeat_.OnResponse(response, pending_.is_open());
  if (use.is_requested_again) pending_.AddFirst({.kind = tag.kind});
  return use;
}

ResponseUse Collector::OnRefreshResponse(RequestTag tag, const HttpResult& response) {
  const RefreshIndex index = tag.refresh;
  const ResponseUse use = by_id_.OnResponse(index, response);
  if (use.is_requested_again) {
    pending_.AddFirst({.refresh = index});
    return use;
  }
  if (use.is_not_found && poll_) poll_->met_not_found = true;
  if (use.is_gone && !watched_[index].is_configured) refresh_list_.Unwatch(index);
  watched_.GiveBack(index, clock_.SteadyNow());
  return use;
}

void Collector::FailPending(const Error& error, bool is_counted) {
  if (pending_.empty() && !refresh_list_.HasPending() && !domain_list_.HasPending()) return;
  refresh_list_.StopPending();
  if (domain_list_.HasPending()) domain_list_.Stop();
  for (const RequestTag tag : pending_.TakeAll()) GiveUp(tag);
  if (is_counted) {
    update_.CountError(error);
  } else {
    update_.ShowError(error);
  }
}

void Collector::GiveUp(RequestTag tag) {
  if (tag.kind != RequestTag::Kind::kRefresh) return availability_.ForgetAbsence();
  by_id_.OnNoResponse(tag.refresh);
  watched_.GiveBack(tag.refresh, clock_.SteadyNow());
}

// A 404 for a refresh may as well mean that the whole family is not there.
bool Collector::ListHasToDecide() const {
  if (poll_->up || !poll_->met_not_found || poll_->requests_list) return false;
  return on_the_wire_ == 0 || watched_.schedule().NextDue() <= clock_.SteadyNow();
}

bool Collector::PollIsOver(SteadyTime now) const {
  if (on_the_wire_ == 0 && !refresh_list_.IsBeingRead() && !domain_list_.IsBeingRead()) return true;
  const bool late_responses_may_wait = poll_->up && !refresh_list_.OwesRefreshes();
  return late_responses_may_wait && NextDue() <= now;
}

std::optional<bool> Collector::EndPollIfOver() {
  if (!poll_ || !pending_.empty()) return std::nullopt;
  if (ListHasToDecide()) {
    poll_->requests_list = true;  // even if it is given up
    AddHeartbeat();
    return std::nullopt;
  }
  const SteadyTime now = clock_.SteadyNow();
  if (!PollIsOver(now)) return std::nullopt;
  update_.SetEnded({.up = poll_->up,
                    .is_absent = availability_.IsAbsent() && !poll_->up,
                    .duration = now - poll_->began_at,
                    .ended_at = clock_.Now()});
  last_was_up_ = poll_->up;
  poll_.reset();
  pending_.Close();
  return last_was_up_;
}

SteadyTime Collector::NextDue() const {
  if (availability_.IsAbsent()) return availability_.absent_until();
  SteadyTime next = watched_.schedule().NextDue();
  next = std::min(next, refresh_list_.NextDue().value_or(next));
  if (WasUp()) next = std::min(next, domain_list_.NextDue().value_or(next));
  return next;
}

}  // namespace cckm
