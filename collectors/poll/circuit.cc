#include "collectors/poll/circuit.h"

#include <algorithm>

namespace cckm {
namespace {

using std::chrono::seconds;

constexpr int kMaxUnansweredInRow = 5;
constexpr Nanoseconds kMaxPause = seconds(60);
constexpr Nanoseconds kShortestRetryAfter = seconds(1);
constexpr Nanoseconds kMaxRetryAfter = std::chrono::minutes(15);
constexpr long kStatusTooManyRequests = 429;
constexpr long kStatusUnavailable = 503;

bool AsksForPatience(const HttpResponse& answer) {
  return answer.retry_after &&
         (answer.status == kStatusTooManyRequests || answer.status == kStatusUnavailable);
}

}  // namespace

Circuit::Circuit(Nanoseconds poll_interval, Random& random)
    : backoff_(poll_interval, std::max(poll_interval, std::min(4 * poll_interval, kMaxPause)),
               random) {}

void Circuit::Observe(const HttpResult& response, SteadyTime now) {
  if (!response.answer && response.answer.error().kind == ErrorKind::kTooLarge) {
    unanswered_in_row_ = 0;  // it does answer
    last_was_fault_ = false;
    backoff_.Reset();
    return;
  }
  if (!response.answer) {
    last_was_fault_ = true;
    reason_ = response.answer.error();
    if (++unanswered_in_row_ >= kMaxUnansweredInRow && !IsOpen(now)) Open(now + backoff_.Next());
    return;
  }
  unanswered_in_row_ = 0;
  const HttpResponse& answer = *response.answer;
  last_was_fault_ = answer.status >= 500 || answer.status == kStatusTooManyRequests;
  if (!last_was_fault_) {
    backoff_.Reset();
    return;
  }
  reason_ = {
      answer.status == kStatusTooManyRequests ? ErrorKind::kRateLimited : ErrorKind::kHttpStatus,
      "the appliance answered HTTP " + std::to_string(answer.status)};
  if (AsksForPatience(answer)) {
    Open(now + std::clamp(*answer.retry_after, kShortestRetryAfter, kMaxRetryAfter));
  }
}

void Circuit::PollEnded(bool up, SteadyTime now) {
  if (up || !last_was_fault_ || IsOpen(now)) return;
  Open(now + backoff_.Next());
}

}  // namespace cckm
