// The part of collector.h about refreshes that are asked for by id, and heartbeats.
//
// An answer that is not what was asked for may belong to another request: a proxy that answers one
// twice shifts all that come behind it on the same connection.  Such an answer is none; the request
// is made again on a new connection, and what says the same again counts.

#include <algorithm>
#include <string>
#include <utility>

#include "collectors/decode/answer.h"
#include "collectors/poll/collector.h"

namespace cckm {
namespace {

// How long an optional family that is not there is left alone.
constexpr Nanoseconds kAbsentFor = std::chrono::minutes(10);

}  // namespace

ReadingRules Collector::RulesFor(const HttpResult& response) const {
  const WallTime now = response.answer->date.value_or(clock_.Now());
  return {.family = family_, .success_texts = success_texts_, .latest_time = now + kFurthestAhead};
}

void Collector::NoteTimes(const std::optional<WallTime>& created_at,
                          const std::optional<WallTime>& completed_at) {
  latest_known_time_ = std::max(
      {latest_known_time_, created_at.value_or(WallTime()), completed_at.value_or(WallTime())});
}

// A clock that was ahead and has come back: what it dated meanwhile is looked at again, once.
void Collector::AskForThoseOfTheFuture(const HttpResult& response) {
  if (!response.answer || !response.answer->date) return;
  const WallTime latest = *response.answer->date + kFurthestAhead;
  if (latest_known_time_ <= latest) return;
  latest_known_time_ = {};
  watched_.ForEach([&](RefreshIndex index, const Watched& watched) {
    const bool is_of_future = watched.created_at > latest || watched.completed_at > latest;
    if (watched.is_final && is_of_future) watched_.AskSoon(index);
  });
}

Collector::Taken Collector::OnHeartbeatAnswer(const HttpResult& response) {
  const bool is_not_found = IsNotFound(response, decoder_);
  const Result<std::string_view> body = UsableBody(response, decoder_);
  const auto page = body ? decoder_.DecodeRefreshList(*body, RulesFor(response))
                         : Decoded<RefreshPage>(tl::unexpect, DecodeFailure{body.error()});
  const bool is_odd = page ? page->is_single_job || page->frame.skip.value_or(0) != 0
                           : is_not_found && !list_is_not_found_;
  if (is_odd && !heartbeat_on_new_connection_ && poll_) {
    pending_.push_front({.tag = {.kind = RequestTag::Kind::kHeartbeat}, .on_new_connection = true});
    return {.is_own = false};
  }
  if (is_not_found) {
    ListIsAbsent();
    return {};
  }
  is_absent_ = false;
  if (!page) {
    update_.CountError(page.error().error);
    return {.is_own = !body};
  }
  ListIsThere();
  if (page->frame.total) list_length_ = page->frame.total;
  return {.is_valid = true};
}

void Collector::ListIsThere() {
  list_is_not_found_ = false;
  is_absent_ = false;
}

// REQUIRES: the appliance said so, and was asked twice where that was news.
void Collector::ListIsAbsent() {
  list_is_not_found_ = true;
  if (!optional_) {
    return update_.CountError(
        {ErrorKind::kNotFound,
         "the appliance answered HTTP 404 for the list of this family: it does not "
         "have it, or not at this url"});
  }
  is_absent_ = true;
  absent_until_ = clock_.SteadyNow() + kAbsentFor;
}

// Gives back what the open poll has not asked for yet, without a word.
void Collector::LeaveUnasked() {
  for (const PendingRequest& unasked : std::exchange(pending_, {})) {
    if (unasked.tag.kind != RequestTag::Kind::kRefresh) continue;
    watched_.GiveBack(unasked.tag.refresh, clock_.SteadyNow());
  }
}

Collector::Taken Collector::OnRefreshAnswer(RefreshIndex index, const HttpResult& response) {
  Watched& watched = watched_[index];
  if (watched.is_leaving) {
    watched_.GiveBack(index, clock_.SteadyNow());
    return {.is_valid = UsableBody(response, decoder_).has_value()};
  }
  RefreshAnswer answer;
  answer.refresh.id = watched.id;
  const Taken taken = ReadRefresh(watched, response, answer);
  watched.needs_new_connection = taken.asks_again;
  if (taken.asks_again && poll_) {
    pending_.push_front({.tag = {.refresh = index}});
    return taken;
  }
  const bool is_deleted = answer.kind == RefreshAnswer::Kind::kNotFound;
  if (!taken.asks_again) TakeRefresh(index, std::move(answer));
  if (is_deleted && !watched.is_configured) Unwatch(index);
  watched_.GiveBack(index, clock_.SteadyNow());
  return taken;
}

// A final refresh is left alone again whatever its recheck brought, unless it came back unfinished.
void Collector::TakeRefresh(RefreshIndex index, RefreshAnswer answer) {
  if (answer.kind == RefreshAnswer::Kind::kRefresh) {
    const Refresh& refresh = answer.refresh;
    const auto& ended_at = refresh.completed_at ? refresh.completed_at : refresh.created_at;
    const bool is_history =
        watched_[index].was_found_finished && !discovery_.observe_history && ended_at <= baseline_;
    answer.counts = !is_history;
    if (answer.is_final) NoteTimes(refresh.created_at, refresh.completed_at);
    watched_.Update(index, refresh, answer.is_final, clock_.SteadyNow());
  }
  update_.AddAnswer(std::move(answer));
}

Collector::Taken Collector::ReadRefresh(Watched& watched, const HttpResult& response,
                                        RefreshAnswer& answer) {
  if (IsNotFound(response, decoder_)) return ReadNotFound(watched, answer);
  const Result<std::string_view> body = UsableBody(response, decoder_);
  if (!body) {
    update_.CountError(body.error());
    return {};
  }
  Decoded<Refresh> refresh = decoder_.DecodeRefresh(*body, RulesFor(response), watched.id);
  if (!refresh) {
    update_.CountError(refresh.error().error);
    if (refresh.error().anomaly) answer.refresh.anomalies.Add(*refresh.error().anomaly);
    return {.is_own = false};
  }
  if (!IsOwn(watched, *refresh)) {
    update_.CountError(
        {ErrorKind::kSchema,
         "the answer does not carry the id asked for and may belong to another request"});
    return {.is_own = false, .asks_again = !watched.on_new_connection};
  }
  watched.is_deleted = false;
  answer.kind = RefreshAnswer::Kind::kRefresh;
  answer.refresh = std::move(*refresh);
  DecideIfFinal(watched, answer);
  return {.is_valid = true};
}

// True for one that carries its id, or that carries the same in its place as the answer before and
// came as the first one on its connection.
bool Collector::IsOwn(Watched& watched, const Refresh& refresh) {
  if (refresh.told_id == watched.id) {
    watched.other_id.reset();
    return true;
  }
  const bool says_the_same_again = watched.on_new_connection && watched.other_id == refresh.told_id;
  watched.other_id = refresh.told_id;
  return says_the_same_again;
}

// The body of a 404 carries no id.
Collector::Taken Collector::ReadNotFound(Watched& watched, RefreshAnswer& answer) {
  if (!watched.is_deleted && !watched.on_new_connection)
    return {.is_own = false, .asks_again = true};
  watched.is_deleted = true;
  answer.kind = RefreshAnswer::Kind::kNotFound;
  if (poll_) poll_->met_not_found = true;
  return {};
}

// A refresh that is finished without completed_at is asked for once more before updatedAt stands in
// for it: the appliance may show the state a moment before the time.
void Collector::DecideIfFinal(Watched& watched, RefreshAnswer& answer) const {
  Refresh& refresh = answer.refresh;
  if (!IsFinished(refresh.status)) {
    watched.completion_time_was_missing = false;
    return;
  }
  if (!refresh.completed_at) {
    const bool was_missing = std::exchange(watched.completion_time_was_missing, true);
    if (!was_missing && !watched.is_final) return;
    refresh.anomalies.Add(Anomaly::kMissingCompletionTime);
    refresh.completed_at = refresh.updated_at;
    const auto duration = DurationOf(refresh);
    if (duration && *duration < Nanoseconds::zero())
      refresh.anomalies.Add(Anomaly::kNegativeDuration);
  }
  answer.is_final = true;
}

}  // namespace cckm
