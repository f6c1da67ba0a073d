#include "collectors/poll/poller.h"

#include <algorithm>
#include <utility>

namespace cckm {
namespace {

constexpr Nanoseconds kHandOverInterval = std::chrono::milliseconds(250);
constexpr unsigned kCollectorShift = 32;

std::uint64_t MakeTag(std::size_t collector, std::uint32_t number) {
  return (static_cast<std::uint64_t>(collector) << kCollectorShift) | number;
}

constexpr long kStatusUnauthorized = 401;

}  // namespace

Poller::Poller(PollerPlan plan, HttpClient& client, TokenSource& token, const Clock& clock,
               Random& random, PollListener& listener)
    : target_(std::move(plan.target)),
      max_connections_(plan.max_connections),
      client_(client),
      token_(token),
      clock_(clock),
      listener_(listener),
      handed_over_at_(clock.SteadyNow()) {
  for (CollectorPlan& collector : plan.collectors) {
    collectors_.emplace_back(target_, std::move(collector), plan.schedule, clock_, random,
                             decoder_);
  }
}

void Poller::Run(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { client_.Wake(); });
  while (!stop.stop_requested()) Step();
}

void Poller::RunFirstPoll(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { client_.Wake(); });
  while (!stop.stop_requested() && !std::ranges::all_of(collectors_, &Collector::PolledOnce))
    Step();
}

void Poller::Step() {
  for (Collector& collector : collectors_) collector.BeginPollIfDue();
  StartRequests();
  for (const HttpResponse& response : client_.Wait(LongestWait())) TakeResponse(response);
  bool poll_ended = false;
  for (Collector& collector : collectors_) {
    const bool was_open = collector.PollIsOpen();
    collector.EndPollIfOver();
    poll_ended |= was_open && !collector.PollIsOpen();
  }
  if (poll_ended || clock_.SteadyNow() - handed_over_at_ >= kHandOverInterval) HandOver();
}

void Poller::StartRequests() {
  const auto has_nothing_to_ask = [](const Collector& collector) {
    return !collector.PollIsOpen();
  };
  if (std::ranges::all_of(collectors_, has_nothing_to_ask)) return;
  const auto token = token_.Current();
  if (!token) {
    for (Collector& collector : collectors_) collector.FailUnasked(token.error());
    return;
  }
  token_in_use_ = *token;
  while (client_.InFlight() < max_connections_ && StartOne()) {
  }
}

bool Poller::StartOne() {
  for (std::size_t tried = 0; tried < collectors_.size(); ++tried) {
    const std::size_t turn = next_collector_;
    next_collector_ = (next_collector_ + 1) % collectors_.size();
    if (auto ask = collectors_[turn].NextAsk()) {
      client_.Start({.path = std::move(ask->path),
                     .bearer_token = token_in_use_,
                     .tag = MakeTag(turn, ask->number)});
      return true;
    }
  }
  return false;
}

// Until something is due, or until the answers collected so far have to be handed over.
Nanoseconds Poller::LongestWait() const {
  constexpr Nanoseconds kLongest = std::chrono::minutes(1);
  const SteadyTime now = clock_.SteadyNow();
  SteadyTime until = now + kLongest;
  for (const Collector& collector : collectors_) {
    const SteadyTime due = collector.NextDue();
    if (collector.PollIsOpen()) until = std::min(until, now + kHandOverInterval);
    if (!collector.PollIsOpen() || due > now) until = std::min(until, std::max(due, now));
  }
  return until - now;
}

void Poller::TakeResponse(const HttpResponse& response) {
  Observe(response);
  collectors_[response.tag >> kCollectorShift].OnResponse(static_cast<std::uint32_t>(response.tag),
                                                          response);
  StartRequests();
}

void Poller::Observe(const HttpResponse& response) {
  if (!response.answer) return;
  if (response.answer->date) clock_skew_ = *response.answer->date - clock_.Now();
  if (response.answer->status == kStatusUnauthorized) {
    token_.Refused(token_in_use_);
  } else {
    token_.Accepted(token_in_use_);
  }
}

void Poller::HandOver() {
  handed_over_at_ = clock_.SteadyNow();
  for (Collector& collector : collectors_) {
    auto update = collector.TakeUpdate();
    if (!update) continue;
    update->observation = {.authenticated = token_.authenticated(), .clock_skew = clock_skew_};
    listener_.OnUpdate(std::move(*update));
  }
}

}  // namespace cckm
