#include "collectors/poll/schedule_reader.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "collectors/poll/refresh_reader.h"

namespace cckm {
namespace {

constexpr long kStatusNotFound = 404;
// An appliance without a scheduler is asked again no sooner.
constexpr Nanoseconds kAbsentFor = std::chrono::minutes(10);
constexpr Nanoseconds kMaxRetryAfter = std::chrono::minutes(15);
// Pages of runs after which no run is asked for by its id, so that a reading takes three requests.
constexpr int kMostPagesBeforeARun = 1;

Endpoint EndpointOf(RequestTag::Kind kind) {
  return kind == RequestTag::Kind::kSchedulePage ? Endpoint::kScheduleList
                                                 : Endpoint::kScheduleRunList;
}

}  // namespace

ScheduleReader::ScheduleReader(std::string_view target, const SchedulerSettings& settings,
                               const Clock& clock, Decoder& decoder)
    : target_(target),
      settings_(settings),
      clock_(clock),
      configs_(clock, decoder, faults_),
      runs_(decoder, table_, faults_),
      next_due_(clock.SteadyNow()) {}

void ScheduleReader::BeginIfDue() {
  if (IsReading() || clock_.SteadyNow() < next_due_) return;
  next_due_ = clock_.SteadyNow() + settings_.interval;
  step_ = Step::kConfigs;
  read_at_.reset();
  configs_.Begin();
}

std::optional<PollRequest> ScheduleReader::NextRequest() {
  if (on_the_wire_) return std::nullopt;
  if (step_ == Step::kConfigs) {
    if (auto page = configs_.NextPage()) {
      return RequestFor(RequestTag::Kind::kSchedulePage, std::move(page->path),
                        page->on_new_connection);
    }
  } else if (step_ == Step::kRuns) {
    if (auto path = runs_.NextPage()) {
      return RequestFor(RequestTag::Kind::kScheduleRunPage, std::move(*path));
    }
  } else if (step_ == Step::kRun) {
    if (auto path = runs_.NextRun()) {
      return RequestFor(RequestTag::Kind::kScheduleRun, std::move(*path));
    }
  }
  return std::nullopt;
}

PollRequest ScheduleReader::RequestFor(RequestTag::Kind kind, std::string path,
                                       bool on_new_connection) {
  on_the_wire_ = true;
  return {.path = std::move(path), .tag = {.kind = kind}, .on_new_connection = on_new_connection};
}

void ScheduleReader::Record(RequestTag tag, const HttpResult& response) {
  on_the_wire_ = false;
  const auto record = [&](long status, Nanoseconds duration) {
    update_.requests.push_back(
        {.endpoint = EndpointOf(tag.kind), .status = status, .duration = duration});
  };
  for (const FailedAttempt& attempt : response.failed_attempts) {
    faults_.Count(attempt.error);
    record(attempt.status, attempt.duration);
  }
  record(response.answer ? response.answer->status : 0, response.duration);
}

bool ScheduleReader::OnResponse(RequestTag tag, const HttpResult& response) {
  Record(tag, response);
  if (response.answer && response.answer->retry_after) {
    next_due_ = std::max(
        next_due_, clock_.SteadyNow() + std::min(*response.answer->retry_after, kMaxRetryAfter));
  }
  if (tag.kind != RequestTag::Kind::kScheduleRun && OnNotThere(response)) return true;
  const WallTime time =
      response.answer ? response.answer->date.value_or(clock_.Now()) : clock_.Now();
  const bool is_own = Dispatch(tag, response, time);
  GoOn();
  return is_own;
}

bool ScheduleReader::Dispatch(RequestTag tag, const HttpResult& response, WallTime time) {
  const WallTime latest_time = time + RefreshReader::kMaxAhead;
  if (tag.kind == RequestTag::Kind::kSchedulePage) return configs_.OnPage(response, latest_time);
  if (tag.kind == RequestTag::Kind::kScheduleRun) {
    runs_.OnRun(response, latest_time);
    step_ = Step::kNone;
    return true;
  }
  if (!read_at_) read_at_ = time;
  return runs_.OnPage(response, latest_time);
}

// From one step to the next where it is over.
void ScheduleReader::GoOn() {
  if (step_ == Step::kConfigs && configs_.IsOver()) {
    if (configs_.HasFailed()) return End(false);
    BeginRuns();
  } else if (step_ == Step::kRuns && runs_.IsOver()) {
    if (runs_.HasFailed()) return End(false);
    const bool may_ask_for_a_run =
        runs_.pages() <= kMostPagesBeforeARun && table_.HasUnseenUnfinished();
    step_ = may_ask_for_a_run ? Step::kRun : Step::kNone;
  }
  if (step_ == Step::kNone) End(true);
}

void ScheduleReader::BeginRuns() {
  is_complete_ = configs_.IsComplete();
  table_.Begin(configs_.Take(), is_complete_);
  step_ = table_.empty() ? Step::kNone : Step::kRuns;
  if (step_ == Step::kRuns) runs_.Begin();
}

// The Community Edition has no scheduler.
bool ScheduleReader::OnNotThere(const HttpResult& response) {
  if (!response.answer || response.answer->status != kStatusNotFound) return false;
  faults_.Count({ErrorKind::kNotFound,
                 "the appliance answered HTTP 404 for its scheduler: it does not have one, as the "
                 "Community Edition, or not at this url; without schedules: on the target nobody "
                 "asks for it"});
  next_due_ = std::max(next_due_, clock_.SteadyNow() + kAbsentFor);
  End(false);
  return true;
}

void ScheduleReader::FailPending(const Error& error, bool is_counted) {
  if (!IsReading() || on_the_wire_) return;
  is_counted ? faults_.Count(error) : faults_.Show(error);
  End(false);
}

void ScheduleReader::End(bool was_read) {
  step_ = Step::kNone;
  read_once_ = true;
  has_ended_ = true;
  if (!was_read) return;
  update_.reading = ScheduleReading{.read_at = read_at_.value_or(clock_.Now()),
                                    .is_complete = is_complete_,
                                    .schedules = table_.Copy()};
}

std::optional<ScheduleUpdate> ScheduleReader::TakeUpdate() {
  if (!std::exchange(has_ended_, false)) return std::nullopt;
  ScheduleUpdate update = std::exchange(update_, {});
  update.target = target_;
  update.wall_time = clock_.Now();
  return update;
}

}  // namespace cckm
