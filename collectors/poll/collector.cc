#include "collectors/poll/collector.h"

#include <algorithm>
#include <utility>

#include "collectors/decode/answer.h"

namespace cckm {

Collector::Collector(std::string_view target, CollectorPlan plan, const ScheduleSettings& schedule,
                     const Clock& clock, Random& random, Decoder& decoder)
    : target_(target),
      family_(*plan.family),
      clock_(clock),
      decoder_(decoder),
      schedule_(schedule, clock.SteadyNow(), random) {
  watched_.reserve(plan.refresh_ids.size());
  for (std::string& id : plan.refresh_ids) {
    schedule_.AddUnfinished(static_cast<RefreshIndex>(watched_.size()));
    watched_.push_back({std::move(id)});
  }
}

void Collector::BeginPollIfDue() {
  if (poll_) return;
  const SteadyTime now = clock_.SteadyNow();
  const Schedule::Due due = schedule_.Take(now);
  if (due.refreshes.empty() && !due.heartbeat) return;
  for (const RefreshIndex index : due.refreshes) unasked_.push_back({.number = index});
  if (due.heartbeat) unasked_.push_back({.number = kHeartbeat});
  poll_ = Poll{.began_at = now};
}

std::optional<Collector::Ask> Collector::NextAsk() {
  if (unasked_.empty()) return std::nullopt;
  const auto [number, is_repetition] = unasked_.front();
  unasked_.pop_front();
  ++on_the_wire_;
  std::string path(family_.path);
  if (number == kHeartbeat) {
    path += "?skip=0&limit=1";
  } else {
    path += '/';
    path += watched_[number].id;
  }
  return Ask{std::move(path), number, is_repetition};
}

void Collector::RecordRequest(std::uint32_t number, const HttpResponse& response) {
  --on_the_wire_;
  update_.requests.push_back(
      {.endpoint = number == kHeartbeat ? Endpoint::kRefreshList : Endpoint::kRefresh,
       .status = response.answer ? response.answer->status : 0,
       .duration = response.duration});
}

// Where the poll ended meanwhile, the next one asks anyway.
void Collector::AskAgain(std::uint32_t number, const HttpResponse& response) {
  RecordRequest(number, response);
  if (poll_) {
    unasked_.push_front({.number = number, .is_repetition = true});
  } else if (number != kHeartbeat) {
    PutBack(number);
  }
}

void Collector::OnResponse(std::uint32_t number, const HttpResponse& response) {
  RecordRequest(number, response);
  const bool valid =
      number == kHeartbeat ? OnHeartbeatResponse(response) : OnRefreshResponse(number, response);
  if (poll_ && valid) poll_->up = true;
}

bool Collector::OnHeartbeatResponse(const HttpResponse& response) {
  if (IsNotFound(response)) return true;
  const Result<std::string_view> body = UsableBody(response, decoder_);
  if (!body) {
    NoteError(body.error());
    return false;
  }
  const auto page = decoder_.DecodeRefreshList(*body, family_);
  if (!page) NoteError(page.error().error);
  return page.has_value();
}

bool Collector::OnRefreshResponse(RefreshIndex index, const HttpResponse& response) {
  Watched& watched = watched_[index];
  RefreshAnswer answer = ReadRefresh(watched, response);
  if (answer.kind == RefreshAnswer::Kind::kRefresh) watched.settled = answer.settled;
  PutBack(index);
  update_.answers.push_back(std::move(answer));
  return update_.answers.back().kind != RefreshAnswer::Kind::kNoUsableAnswer;
}

// A settled refresh rests again whatever its recheck brought, unless it came back unfinished.
void Collector::PutBack(RefreshIndex index) {
  if (watched_[index].settled) {
    schedule_.Settle(index, clock_.SteadyNow());
  } else {
    schedule_.AddUnfinished(index);
  }
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
    if (!std::exchange(watched.completion_time_was_missing, true)) return;
    refresh.anomalies.Add(Anomaly::kMissingCompletionTime);
    refresh.completed_at = refresh.updated_at;
    const auto duration = DurationOf(refresh);
    if (duration && *duration < Nanoseconds::zero())
      refresh.anomalies.Add(Anomaly::kNegativeDuration);
  }
  answer.settled = true;
}

void Collector::FailUnasked(const Error& error, bool is_counted) {
  if (unasked_.empty()) return;
  for (const auto& [number, is_repetition] : std::exchange(unasked_, {})) {
    if (number == kHeartbeat) continue;
    PutBack(number);
    RefreshAnswer answer;
    answer.refresh.id = watched_[number].id;
    update_.answers.push_back(std::move(answer));
  }
  if (is_counted) {
    NoteError(error);
  } else {
    ShowError(error);
  }
}

std::optional<bool> Collector::EndPollIfOver() {
  if (!poll_ || !unasked_.empty()) return std::nullopt;
  const SteadyTime now = clock_.SteadyNow();
  const bool late_answers_may_wait = poll_->up && schedule_.NextDue() <= now;
  if (on_the_wire_ != 0 && !late_answers_may_wait) return std::nullopt;
  update_.ended =
      PollSummary{.up = poll_->up, .duration = now - poll_->began_at, .ended_at = clock_.Now()};
  poll_.reset();
  polled_once_ = true;
  return update_.ended->up;
}

SteadyTime Collector::NextDue() const { return schedule_.NextDue(); }

std::optional<PollUpdate> Collector::TakeUpdate() {
  if (update_.answers.empty() && update_.requests.empty() && update_.errors.empty() &&
      !update_.ended) {
    return std::nullopt;
  }
  PollUpdate update = std::exchange(update_, {});
  update.target = target_;
  update.family = &family_;
  update.at = clock_.SteadyNow();
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
