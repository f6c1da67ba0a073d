#include "collectors/poll/collector.h"

#include <algorithm>
#include <utility>

#include "collectors/decode/answer.h"

namespace cckm {
namespace {

// Fewer refreshes than this are asked for by id while nobody knows how long the list is.
constexpr std::size_t kFewestForUnknownList = 8;

}  // namespace

Collector::Collector(std::string_view target, const CollectorPlan& plan,
                     const ScheduleSettings& schedule, const Clock& clock, Random& random,
                     Decoder& decoder, HoldsSecret holds_secret)
    : target_(target),
      family_(*plan.family),
      clock_(clock),
      decoder_(decoder),
      holds_secret_(std::move(holds_secret)),
      discovery_(plan.discovery),
      domain_names_(plan.domain_names && !plan.family->domain_list_path.empty()),
      watched_(schedule, clock.SteadyNow(), random),
      next_discovery_(clock.SteadyNow()),
      baseline_(plan.baseline),
      next_domain_walk_(clock.SteadyNow()) {
  const SteadyTime now = clock.SteadyNow();
  for (const KnownRefresh& known : plan.known) watched_.AddKnown(known, now);
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
  const bool discovers = discovery_.enabled && next_discovery_ <= now && !refresh_walk_;
  const bool names = was_up_ && NamesAreDue();
  Schedule::Due due = watched_.TakeDue(now);
  if (due.refreshes.empty() && !due.heartbeat && !discovers && !names) return;
  poll_ = Poll{.began_at = now};
  const bool by_list = ListTakesFewerRequests(due.refreshes.size());
  const bool is_late = refresh_walk_.has_value();
  if (discovers || (by_list && !refresh_walk_)) BeginRefreshWalk(discovers);
  if (discovers) next_discovery_ = now + discovery_.interval;
  if (names) domain_walk_.emplace(family_.domain_list_path);
  if (discovers || names) watched_.schedule().PutOffHeartbeat(now);
  if (by_list) {
    Await(due.refreshes, is_late ? Awaited::kFromNextWalk : Awaited::kFromThisWalk);
  } else {
    for (const RefreshIndex index : due.refreshes) unasked_.push_back({.number = index});
  }
  if (due.heartbeat && !discovers) unasked_.push_back({.number = kHeartbeat});
}

bool Collector::ListTakesFewerRequests(std::size_t refreshes) const {
  if (clock_.SteadyNow() < no_list_before_) return false;
  if (!list_length_) return refreshes >= kFewestForUnknownList;
  return *list_length_ / ListWalk::kPageSize + 1 < refreshes;
}

std::optional<Collector::Ask> Collector::NextAsk() {
  if (!poll_) return std::nullopt;
  if (auto page = NextPage()) return page;
  while (!unasked_.empty()) {
    const auto [number, is_repetition] = unasked_.front();
    unasked_.pop_front();
    if (IsRefresh(number) && watched_[number].is_leaving) {
      watched_.GiveBack(number, clock_.SteadyNow());
      continue;
    }
    ++on_the_wire_;
    std::string path(family_.path);
    if (number == kHeartbeat) {
      path += "?skip=0&limit=1";
    } else {
      path.append("/").append(watched_[number].id);
    }
    return Ask{std::move(path), number, is_repetition};
  }
  return std::nullopt;
}

std::optional<Collector::Ask> Collector::NextPage() {
  struct Way {
    std::optional<ListWalk>& walk;
    std::uint32_t number;
  };
  for (const Way& way : {Way{refresh_walk_, kRefreshPage}, Way{domain_walk_, kDomainPage}}) {
    auto page = way.walk ? way.walk->NextPage() : std::nullopt;
    if (!page) continue;
    ++on_the_wire_;
    return Ask{std::move(page->path), way.number, page->is_repetition};
  }
  return std::nullopt;
}

void Collector::RecordRequest(std::uint32_t number, const HttpResponse& response) {
  --on_the_wire_;
  Endpoint endpoint = Endpoint::kRefresh;
  if (number == kHeartbeat || number == kRefreshPage) endpoint = Endpoint::kRefreshList;
  if (number == kDomainPage) endpoint = Endpoint::kDomainList;
  update_.requests.push_back({.endpoint = endpoint,
                              .status = response.answer ? response.answer->status : 0,
                              .duration = response.duration});
}

// Where the poll ended meanwhile, the next one asks anyway.
void Collector::AskAgain(std::uint32_t number, const HttpResponse& response) {
  RecordRequest(number, response);
  if (number == kRefreshPage) {
    refresh_walk_->Repeat();
  } else if (number == kDomainPage) {
    domain_walk_->Repeat();
  } else if (poll_) {
    unasked_.push_front({.number = number, .is_repetition = true});
  } else if (number != kHeartbeat) {
    watched_.GiveBack(number, clock_.SteadyNow());
  }
}

void Collector::OnResponse(std::uint32_t number, const HttpResponse& response) {
  RecordRequest(number, response);
  bool valid = false;
  switch (number) {
    case kHeartbeat:
      valid = OnHeartbeatAnswer(response);
      break;
    case kRefreshPage:
      valid = OnRefreshPage(response);
      break;
    case kDomainPage:
      OnDomainPage(response);  // a fault of the domain list is none of the family's
      break;
    default:
      valid = OnRefreshAnswer(number, response);
  }
  if (!poll_ || !valid) return;
  poll_->up = true;
  if (NamesAreDue()) domain_walk_.emplace(family_.domain_list_path);
}

// An appliance that does not answer otherwise is not asked for names either.
bool Collector::NamesAreDue() const {
  return domain_names_ && next_domain_walk_ <= clock_.SteadyNow() && !domain_walk_;
}

bool Collector::OnHeartbeatAnswer(const HttpResponse& response) {
  if (IsNotFound(response)) return true;
  const Result<std::string_view> body = UsableBody(response, decoder_);
  if (!body) {
    NoteError(body.error());
    return false;
  }
  const auto page = decoder_.DecodeRefreshList(*body, family_);
  if (!page) {
    NoteError(page.error().error);
    return false;
  }
  if (page->total) list_length_ = page->total;
  return true;
}

bool Collector::OnRefreshAnswer(RefreshIndex index, const HttpResponse& response) {
  if (watched_[index].is_leaving) {
    watched_.GiveBack(index, clock_.SteadyNow());
    return IsNotFound(response) || UsableBody(response, decoder_).has_value();
  }
  RefreshAnswer answer = ReadRefresh(watched_[index], response);
  const bool valid = answer.kind != RefreshAnswer::Kind::kNoUsableAnswer;
  const bool is_gone = answer.kind == RefreshAnswer::Kind::kNotFound;
  TakeRefresh(index, std::move(answer));
  if (is_gone && !watched_[index].is_configured) Unwatch(index);
  watched_.GiveBack(index, clock_.SteadyNow());
  return valid;
}

// A settled refresh rests again whatever its recheck brought, unless it came back unfinished.
void Collector::TakeRefresh(RefreshIndex index, RefreshAnswer answer) {
  if (answer.kind == RefreshAnswer::Kind::kRefresh) {
    const bool is_history = watched_[index].was_found_finished && !discovery_.observe_history &&
                            answer.refresh.completed_at <= baseline_;
    answer.counts = !is_history;
    watched_.Settle(index, answer.refresh, answer.settled, clock_.SteadyNow());
  }
  update_.answers.push_back(std::move(answer));
}

RefreshAnswer Collector::ReadRefresh(Watched& watched, const HttpResponse& response) {
  RefreshAnswer answer;
  answer.refresh.id = watched.id;
  if (IsNotFound(response)) {
    answer.kind = RefreshAnswer::Kind::kNotFound;
    return answer;
  }
  const Result<std::string_view> body = UsableBody(response, decoder_);
  if (!body) {
    NoteError(body.error());
    return answer;
  }
  Decoded<Refresh> refresh = decoder_.DecodeRefresh(*body, family_, watched.id);
  if (!refresh) {
    NoteError(refresh.error().error);
    if (refresh.error().anomaly) answer.refresh.anomalies.Add(*refresh.error().anomaly);
    return answer;
  }
  answer.kind = RefreshAnswer::Kind::kRefresh;
  answer.refresh = std::move(*refresh);
  SettleIfFinished(watched, answer);
  return answer;
}

// A refresh that is finished without completed_at is asked for once more before updatedAt stands in
// for it: the appliance may show the state a moment before the time.
void Collector::SettleIfFinished(Watched& watched, RefreshAnswer& answer) const {
  Refresh& refresh = answer.refresh;
  if (!IsFinished(refresh.status)) {
    watched.completion_time_was_missing = false;
    return;
  }
  if (!refresh.completed_at) {
    const bool was_missing = std::exchange(watched.completion_time_was_missing, true);
    if (!was_missing && !watched.settled) return;
    refresh.anomalies.Add(Anomaly::kMissingCompletionTime);
    refresh.completed_at = refresh.updated_at;
    const auto duration = DurationOf(refresh);
    if (duration && *duration < Nanoseconds::zero())
      refresh.anomalies.Add(Anomaly::kNegativeDuration);
  }
  answer.settled = true;
}

void Collector::Unwatch(RefreshIndex index) {
  const Watched& watched = watched_[index];
  if (refresh_walk_ && WasMet(watched)) refresh_walk_->Remember(watched.id);
  update_.unwatched.push_back(watched.id);
  watched_.Remove(index);
}

void Collector::FailUnasked(const Error& error, bool is_counted) {
  const bool walks = (refresh_walk_ && !refresh_walk_->IsUnderWay()) ||
                     (domain_walk_ && !domain_walk_->IsUnderWay());
  if (unasked_.empty() && !walks) return;
  while (refresh_walk_ && !refresh_walk_->IsUnderWay()) {  // one may begin where another ended
    refresh_walk_->Stop();
    EndRefreshWalk();
  }
  if (domain_walk_ && !domain_walk_->IsUnderWay()) {
    domain_walk_->Stop();
    EndDomainWalk();
  }
  for (const auto& [number, is_repetition] : std::exchange(unasked_, {})) GiveUp(number);
  if (is_counted) {
    NoteError(error);
  } else {
    ShowError(error);
  }
}

void Collector::GiveUp(std::uint32_t number) {
  if (!IsRefresh(number)) return;
  const bool is_leaving = watched_[number].is_leaving;
  if (!is_leaving) {
    RefreshAnswer answer;
    answer.refresh.id = watched_[number].id;
    update_.answers.push_back(std::move(answer));
  }
  watched_.GiveBack(number, clock_.SteadyNow());
}

std::optional<bool> Collector::EndPollIfOver() {
  if (!poll_ || !unasked_.empty()) return std::nullopt;
  const SteadyTime now = clock_.SteadyNow();
  const bool is_busy = on_the_wire_ != 0 || refresh_walk_ || domain_walk_;
  const bool list_may_wait = expected_.unmet == 0 && expected_next_.unmet == 0;
  const bool late_answers_may_wait = poll_->up && list_may_wait && NextDue() <= now;
  if (is_busy && !late_answers_may_wait) return std::nullopt;
  update_.ended =
      PollSummary{.up = poll_->up, .duration = now - poll_->began_at, .ended_at = clock_.Now()};
  was_up_ = poll_->up;
  poll_.reset();
  polled_once_ = true;
  return was_up_;
}

SteadyTime Collector::NextDue() const {
  SteadyTime next = watched_.schedule().NextDue();
  if (discovery_.enabled && !refresh_walk_) next = std::min(next, next_discovery_);
  if (was_up_ && domain_names_ && !domain_walk_) next = std::min(next, next_domain_walk_);
  return next;
}

std::optional<PollUpdate> Collector::TakeUpdate() {
  const bool has_news = !update_.answers.empty() || !update_.requests.empty() ||
                        !update_.errors.empty() || update_.ended || update_.listing ||
                        update_.domain_listing || update_.baseline || !update_.unwatched.empty();
  if (!has_news) return std::nullopt;
  PollUpdate update = std::exchange(update_, {});
  update.target = target_;
  update.family = &family_;
  update.at = clock_.SteadyNow();
  update.wall_time = clock_.Now();
  return update;
}

void Collector::NoteError(const Error& error) {
  ++update_.error_counts[static_cast<std::size_t>(error.kind)];
  ShowError(error);
}

void Collector::ShowError(const Error& error) {
  const auto same_kind = [&](const Error& noted) { return noted.kind == error.kind; };
  if (std::ranges::none_of(update_.errors, same_kind)) update_.errors.push_back(error);
}

}  // namespace cckm
