#include "collectors/poll/circuit.h"

#include <algorithm>

namespace cckm {
namespace {

using std::chrono::seconds;

constexpr int kMostUnansweredInRow = 5;
constexpr Nanoseconds kLongestPause = seconds(60);
constexpr Nanoseconds kShortestRetryAfter = seconds(1);
constexpr Nanoseconds kLongestRetryAfter = std::chrono::minutes(15);
constexpr long kStatusTooManyRequests = 429;
constexpr long kStatusUnavailable = 503;

bool AsksForPatience(const HttpAnswer& answer) {
  return answer.retry_after &&
         (answer.status == kStatusTooManyRequests || answer.status == kStatusUnavailable);
}

}  // namespace

Circuit::Circuit(Nanoseconds poll_interval, Random& random)
    : backoff_(poll_interval, std::max(poll_interval, std::min(4 * poll_interval, kLongestPause)),
               random) {}

void Circuit::Observe(const HttpResponse& response, SteadyTime now) {
  if (!response.answer && response.answer.error().kind == ErrorKind::kTooLarge) {
    unanswered_in_row_ = 0;  // it does answer
    last_was_fault_ = false;
    backoff_.Reset();
    return;
  }
  if (!response.answer) {
    last_was_fault_ = true;
    reason_ = response.answer.error();
    if (++unanswered_in_row_ >= kMostUnansweredInRow && !IsOpen(now)) Open(now + backoff_.Next());
    return;
  }
  unanswered_in_row_ = 0;
  const HttpAnswer& answer = *response.answer;
  last_was_fault_ = answer.status >= 500 || answer.status == kStatusTooManyRequests;
  if (!last_was_fault_) {
    backoff_.Reset();
    return;
  }
  reason_ = {
      answer.status == kStatusTooManyRequests ? ErrorKind::kRateLimited : ErrorKind::kHttpStatus,
      "the appliance answered HTTP " + std::to_string(answer.status)};
  if (AsksForPatience(answer)) {
    Open(now + std::clamp(*answer.retry_after, kShortestRetryAfter, kLongestRetryAfter));
  }
}

void Circuit::PollEnded(bool up, SteadyTime now) {
  if (up || !last_was_fault_ || IsOpen(now)) return;
  Open(now + backoff_.Next());
}

}  // namespace cckm
