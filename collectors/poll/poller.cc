#include "collectors/poll/poller.h"

#include <algorithm>
#include <utility>

#include "collectors/poll/redact_update.h"
#include "collectors/poll/request_tag.h"

namespace cckm {
namespace {

constexpr Nanoseconds kHandOverInterval = std::chrono::milliseconds(250);
// What is larger takes long enough that a stop is looked for before the next.
constexpr std::size_t kLargeBody = std::size_t{1} << 20U;
constexpr std::size_t kManyDomains = 20'000;
constexpr long kStatusUnauthorized = 401;
// With nothing else between them, so many answers 401 tell that the others would be the same.
constexpr std::size_t kMaxRefusalsInRow = 20;

std::size_t DomainsOf(const PollUpdate& update) {
  std::size_t domains = update.domain_listing ? update.domain_listing->domains.size() : 0;
  for (const RefreshAnswer& answer : update.answers) domains += answer.refresh.domains.size();
  return domains;
}

// Parts of few answers if those name many domains, in the same order.  What came before the answers
// stands in the first, what came after them in the last.
std::vector<PollUpdate> InParts(PollUpdate update) {
  std::vector<PollUpdate> parts;
  std::vector<RefreshAnswer> answers;
  std::size_t domains = 0;
  for (RefreshAnswer& answer : std::exchange(update.answers, {})) {
    domains += answer.refresh.domains.size();
    answers.push_back(std::move(answer));
    if (domains <= kManyDomains) continue;
    domains = 0;
    PollUpdate& part = parts.emplace_back();
    part.target = update.target;
    part.family = update.family;
    part.at = update.at;
    part.wall_time = update.wall_time;
    part.observation = update.observation;
    part.answers = std::exchange(answers, {});
    part.baseline = std::exchange(update.baseline, std::nullopt);
  }
  update.answers = std::move(answers);
  parts.push_back(std::move(update));
  return parts;
}

bool IsSchedulers(RequestTag::Kind kind) {
  return kind == RequestTag::Kind::kSchedulePage || kind == RequestTag::Kind::kScheduleRunPage ||
         kind == RequestTag::Kind::kScheduleRun;
}

}  // namespace

Poller::Poller(PollerPlan plan, HttpClient& client, TokenSource& token, const Clock& clock,
               Random& random, PollListener& listener)
    : target_(std::move(plan.target)),
      max_connections_(plan.max_connections),
      client_(client),
      token_(token),
      clock_(clock),
      listener_(listener),
      decoder_([this](std::string& text) { token_.Redact(text); }),
      replication_(client.Addresses().size() > 1, clock),
      circuit_(plan.schedule.poll_interval, random),
      handed_over_at_(clock.SteadyNow()) {
  for (CollectorPlan& collector : plan.collectors) {
    collectors_.emplace_back(target_, std::move(collector), plan.schedule, clock_, replication_,
                             random, decoder_, token_);
  }
  if (plan.scheduler.enabled) scheduler_.emplace(target_, plan.scheduler, clock_, decoder_);
}

void Poller::Run(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { client_.Wake(); });
  while (!stop.stop_requested()) Step(stop);
}

void Poller::RunFirstPoll(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { client_.Wake(); });
  while (!stop.stop_requested() && !FirstPollHasEnded()) Step(stop);
}

// An appliance that is left alone is not waited for.
bool Poller::FirstPollHasEnded() const {
  if (!std::ranges::all_of(collectors_, &Collector::PolledOnce)) return false;
  return !scheduler_ || scheduler_->ReadOnce() || circuit_.IsOpen(clock_.SteadyNow());
}

void Poller::SetRefreshIds(const Family& family, std::vector<std::string> refresh_ids) {
  {
    const MutexLock lock(mutex_);
    new_refresh_ids_[&family] = std::move(refresh_ids);
  }
  client_.Wake();
}

void Poller::TakeNewRefreshIds() {
  std::map<const Family*, std::vector<std::string>> changed;
  {
    const MutexLock lock(mutex_);
    changed.swap(new_refresh_ids_);
  }
  for (const auto& [family, refresh_ids] : changed) {
    for (Collector& collector : collectors_) {
      if (&collector.family() == family) collector.SetRefreshIds(refresh_ids);
    }
  }
}

void Poller::Step(const std::stop_token& stop) {
  ++steps_;
  TakeNewRefreshIds();
  LogInIfDue();
  BeginPolls();
  StartRequests();
  TakeResponses(stop);
  if (!updates_.empty() && stop.stop_requested()) return;
  HandOverSchedules();
  const bool poll_ended = EndPolls();
  const bool time_is_over = clock_.SteadyNow() - handed_over_at_ >= kHandOverInterval;
  if (poll_ended || time_is_over || !updates_.empty()) HandOver(stop);
}

// What is left when a stop is requested is taken by the next run, if there is one.
void Poller::TakeResponses(const std::stop_token& stop) {
  if (responses_.empty()) {
    for (HttpResult& response : client_.Wait(LongestWait())) {
      responses_.push_back(std::move(response));
    }
  }
  while (!responses_.empty()) {
    const HttpResult response = std::move(responses_.front());
    responses_.pop_front();
    TakeResponse(response);
    if (std::ranges::any_of(collectors_, &Collector::HoldsMuch)) HandOver(stop);
    if (!updates_.empty()) return;
    const bool is_large = response.answer && response.answer->body.size() > kLargeBody;
    if (is_large && stop.stop_requested()) return;
  }
}

// While nothing may be sent, polls wait.
void Poller::BeginPolls() {
  if (circuit_.IsOpen(clock_.SteadyNow())) return;
  for (Collector& collector : collectors_) collector.BeginPollIfDue();
  if (scheduler_) scheduler_->BeginIfDue();
}

void Poller::LogInIfDue() {
  if (circuit_.IsOpen(clock_.SteadyNow())) return;
  auto login = token_.NextLogin();
  if (!login) return;
  if (*login) {
    (*login)->tag = RequestTag{.kind = RequestTag::Kind::kLogin}.Packed();
    client_.Start(std::move(**login));
  } else {
    ReportLogin({.error = std::move(login->error())}, std::nullopt);
  }
}

bool Poller::HasSomethingToRequest() const {
  return std::ranges::any_of(collectors_, &Collector::PollIsOpen) ||
         (scheduler_ && scheduler_->IsReading());
}

void Poller::StartRequests() {
  if (!HasSomethingToRequest()) return;
  if (circuit_.IsOpen(clock_.SteadyNow())) {
    FailPending(circuit_.reason(), false);
    return;
  }
  const auto token = token_.Current();
  if (!token) {
    FailPending(token.error(), !token_.ReportsItsFaults());
  } else if (*token != nullptr) {
    while (client_.InFlight() < max_connections_ && StartOne(*token)) {
    }
  }
}

void Poller::FailPending(const Error& error, bool is_counted) {
  for (Collector& collector : collectors_) collector.FailPending(error, is_counted);
  if (scheduler_) scheduler_->FailPending(error, is_counted);
}

bool Poller::StartOne(const std::shared_ptr<const Secret>& token) {
  const std::size_t turns = collectors_.size() + (scheduler_ ? 1 : 0);
  for (std::size_t tried = 0; tried < turns; ++tried) {
    const std::size_t turn = next_turn_;
    next_turn_ = (next_turn_ + 1) % turns;
    const bool is_schedulers = turn == collectors_.size();
    auto request = is_schedulers ? scheduler_->NextRequest() : collectors_[turn].NextRequest();
    if (!request) continue;
    if (!is_schedulers) request->tag.collector = static_cast<std::uint16_t>(turn);
    Start(std::move(*request), token);
    return true;
  }
  return false;
}

void Poller::Start(PollRequest request, const std::shared_ptr<const Secret>& token) {
  client_.Start({.path = std::move(request.path),
                 .bearer_token = token,
                 .tag = request.tag.Packed(),
                 .on_new_connection = request.on_new_connection,
                 .is_incidental = IsSchedulers(request.tag.kind)});
}

// Until something is due, or until the answers collected so far have to be handed over.
Nanoseconds Poller::LongestWait() const {
  constexpr Nanoseconds kMaxWait = std::chrono::minutes(1);
  const SteadyTime now = clock_.SteadyNow();
  SteadyTime until = now + kMaxWait;
  if (const auto login = token_.NextLoginDue()) {
    until = std::min(until, std::max({*login, circuit_.open_until(), now}));
  }
  for (const Collector& collector : collectors_) {
    const SteadyTime due = std::max(collector.NextDue(), circuit_.open_until());
    if (collector.PollIsOpen()) until = std::min(until, now + kHandOverInterval);
    if (!collector.PollIsOpen() || due > now) until = std::min(until, std::max(due, now));
  }
  if (scheduler_ && !scheduler_->IsReading()) {
    until = std::min(until, std::max({scheduler_->NextDue(), circuit_.open_until(), now}));
  }
  return until - now;
}

void Poller::TakeResponse(const HttpResult& response) {
  token_.UseAddress(client_.AddressInUse());
  Observe(response);
  const RequestTag tag = RequestTag::Unpacked(response.tag);
  if (tag.kind == RequestTag::Kind::kLogin) {
    TakeLoginAnswer(response);
    return;
  }
  if (IsSchedulers(tag.kind)) return TakeSchedulerAnswer(tag, response);
  Collector& collector = collectors_[tag.collector];
  if (IsToBeRepeated(response)) {
    collector.RequestAgain(tag, response);
    LogInIfDue();
  } else {
    const bool is_own = collector.OnResponse(tag, response);
    if (!is_own && response.connection != 0) client_.CloseConnection(response.connection);
  }
  StartRequests();
}

// What it says of the token and of the appliance's health is left to the families.
void Poller::TakeSchedulerAnswer(RequestTag tag, const HttpResult& response) {
  const bool is_own = scheduler_->OnResponse(tag, response);
  if (!is_own && response.connection != 0) client_.CloseConnection(response.connection);
  StartRequests();
}

void Poller::TakeLoginAnswer(const HttpResult& response) {
  LoginOutcome outcome = token_.OnLoginAnswer(response);
  ReportLogin(std::move(outcome),
              RequestRecord{.endpoint = Endpoint::kToken,
                            .status = response.answer ? response.answer->status : 0,
                            .duration = response.duration},
              response.failed_attempts);
  LogInIfDue();
  StartRequests();
}

void Poller::Observe(const HttpResult& response) {
  if (!IsSchedulers(RequestTag::Unpacked(response.tag).kind)) {
    circuit_.Observe(response, clock_.SteadyNow());
  }
  replication_.Observe(response);
  if (response.client_certificate_expires_at) {
    client_certificate_expires_at_ = response.client_certificate_expires_at;
  }
  if (response.certificate_expires_at) certificate_expires_at_ = response.certificate_expires_at;
  if (response.answer && response.answer->date) {
    clock_skew_ = *response.answer->date - clock_.Now();
  }
}

// Tells the token's source how the appliance took the token.
bool Poller::IsToBeRepeated(const HttpResult& response) {
  if (!response.answer) return false;
  const bool is_repetition = RequestTag::Unpacked(response.tag).is_repetition;
  if (response.answer->status != kStatusUnauthorized) {
    refusals_in_row_ = 0;
    token_.Accepted(response.bearer_token, is_repetition);
    return false;
  }
  // What a token was worth at an address that requests left meanwhile does not matter any more.
  if (response.address != client_.AddressInUse() && !is_repetition) return true;
  if (token_.Refused(response.bearer_token, is_repetition)) return true;
  if (++refusals_in_row_ >= kMaxRefusalsInRow) {
    FailPending({ErrorKind::kAuth, "the appliance refuses the token"}, false);
  }
  return false;
}

// True if a poll ended.
bool Poller::EndPolls() {
  const SteadyTime now = clock_.SteadyNow();
  bool some_ended = false;
  for (Collector& collector : collectors_) {
    if (!collector.PollIsOpen()) continue;
    const std::optional<bool> up = collector.EndPollIfOver();
    if (!up) continue;
    some_ended = true;
    circuit_.PollEnded(*up, now);
  }
  return some_ended;
}

void Poller::ReportLogin(LoginOutcome outcome, std::optional<RequestRecord> request,
                         std::vector<FailedAttempt> failed_attempts) {
  for (FailedAttempt& attempt : failed_attempts) {
    RedactSecretsInText(attempt.error.message, token_);
  }
  if (outcome.error) RedactSecretsInText(outcome.error->message, token_);
  listener_.OnLogin({.target = target_,
                     .request = request,
                     .outcome = std::move(outcome),
                     .observation = Observation(),
                     .failed_attempts = std::move(failed_attempts)});
}

TargetObservation Poller::Observation() const {
  return {.token = token_.State(),
          .clock_skew = clock_skew_,
          .certificate_expires_at = certificate_expires_at_,
          .client_certificate_expires_at = client_certificate_expires_at_,
          .addresses = client_.Addresses()};
}

void Poller::HandOverSchedules() {
  auto update = scheduler_ ? scheduler_->TakeUpdate() : std::nullopt;
  if (!update) return;
  update->observation = Observation();
  RedactSecrets(*update, token_);
  listener_.OnSchedules(std::move(*update));
}

void Poller::HandOverWanted(const Family& family) {
  const auto wanted = listener_.TakeWanted(target_, family);
  for (Collector& collector : collectors_) {
    if (&collector.family() == &family) collector.HandOverAnew(wanted);
  }
}

void Poller::HandOver(const std::stop_token& stop) {
  handed_over_at_ = clock_.SteadyNow();
  for (Collector& collector : collectors_) {
    auto update = collector.TakeUpdate();
    if (!update) continue;
    update->observation = Observation();
    for (PollUpdate& part : InParts(std::move(*update))) updates_.push_back(std::move(part));
  }
  while (!updates_.empty()) {
    PollUpdate update = std::move(updates_.front());
    updates_.pop_front();
    const bool is_large = DomainsOf(update) > kManyDomains;
    const Family* const family = update.repeated.empty() ? nullptr : update.family;
    RedactSecrets(update, token_);
    listener_.OnUpdate(std::move(update));
    if (family != nullptr) HandOverWanted(*family);
    if (is_large && stop.stop_requested()) return;
  }
}

}  // namespace cckm
