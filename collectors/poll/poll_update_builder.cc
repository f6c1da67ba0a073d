#include "collectors/poll/poll_update_builder.h"

#include <algorithm>

namespace cckm {
namespace {

Endpoint EndpointOf(RequestTag::Kind kind) {
  switch (kind) {
    case RequestTag::Kind::kHeartbeat:
    case RequestTag::Kind::kRefreshPage:
      return Endpoint::kRefreshList;
    case RequestTag::Kind::kDomainPage:
      return Endpoint::kDomainList;
    case RequestTag::Kind::kLogin:
      return Endpoint::kToken;
    case RequestTag::Kind::kSchedulePage:
      return Endpoint::kScheduleList;
    case RequestTag::Kind::kScheduleRunPage:
    case RequestTag::Kind::kScheduleRun:
      return Endpoint::kScheduleRunList;
    case RequestTag::Kind::kRefresh:
      break;
  }
  return Endpoint::kRefresh;
}

}  // namespace

void PollUpdateBuilder::AddRequest(RequestTag::Kind kind, const HttpResult& response) {
  for (const FailedAttempt& attempt : response.failed_attempts) {
    CountError(attempt.error);
    update_.requests.push_back(
        {.endpoint = EndpointOf(kind), .status = attempt.status, .duration = attempt.duration});
  }
  update_.requests.push_back({.endpoint = EndpointOf(kind),
                              .status = response.answer ? response.answer->status : 0,
                              .duration = response.duration});
}

void PollUpdateBuilder::AddAnswer(RefreshAnswer answer) {
  domains_ += answer.refresh.domains.size();
  update_.answers.push_back(std::move(answer));
}

void PollUpdateBuilder::CountError(const Error& error) {
  ++update_.error_counts[static_cast<std::size_t>(error.kind)];
  ShowError(error);
}

void PollUpdateBuilder::ShowError(const Error& error) {
  const auto same_kind = [&](const Error& shown) { return shown.kind == error.kind; };
  if (std::ranges::none_of(update_.errors, same_kind)) update_.errors.push_back(error);
}

void PollUpdateBuilder::WatchAgain(const std::string& id) {
  std::erase(update_.unwatched, id);
  std::erase(update_.vanished, id);
}

// Each answer takes some hundred bytes, and each domain of it about a hundred.  Those that are
// repeated are handed over before the processor's cache is full of them.
bool PollUpdateBuilder::HoldsMuch() const {
  constexpr std::size_t kMaxAnswers = 4096;
  constexpr std::size_t kMaxDomains = 50'000;
  constexpr std::size_t kMaxRepeated = 2000;
  return update_.answers.size() >= kMaxAnswers || domains_ >= kMaxDomains ||
         update_.repeated.size() >= kMaxRepeated;
}

bool PollUpdateBuilder::IsEmpty() const {
  return update_.answers.empty() && update_.repeated.empty() && update_.requests.empty() &&
         update_.errors.empty() && !update_.ended && !update_.listing && !update_.domain_listing &&
         !update_.baseline && update_.unwatched.empty() && update_.vanished.empty();
}

std::optional<PollUpdate> PollUpdateBuilder::Take() {
  if (IsEmpty()) return std::nullopt;
  PollUpdate update = std::exchange(update_, {});
  domains_ = 0;
  update.target = target_;
  update.family = &family_;
  update.at = clock_.SteadyNow();
  update.wall_time = clock_.Now();
  return update;
}

}  // namespace cckm
