#include "tests/simulator/fault_answer.h"

#include <utility>

#include "tests/simulator/api_error.h"

namespace cckm::simulator {
namespace {

// It begins as the JSON of a list does.
constexpr const char* kGarbage = "{\"skip\":0,\"limit\":\x01\xff<garbage>";

Response BareAnswer(const FaultRule& rule) {
  switch (rule.kind) {
    case FaultKind::kStatus:
      return Fault(rule.status);
    case FaultKind::kGarbage:
      return {200, kGarbage, {}};
    case FaultKind::kClose:
    case FaultKind::kHang:
    case FaultKind::kTruncate:
      break;
  }
  return {200, {}, {}};
}

// The parts that the rule names replace the answer's own.
void Dress(const FaultRule& rule, Response& response) {
  if (rule.body) response.body = *rule.body;
  if (!rule.content_type.empty()) response.content_type = rule.content_type;
  if (!rule.retry_after.empty()) response.headers.emplace_back("Retry-After", rule.retry_after);
  if (!rule.location.empty()) response.headers.emplace_back("Location", rule.location);
  if (rule.delay) response.delay = *rule.delay;
  if (rule.kind == FaultKind::kClose) response.delivery = Delivery::kNone;
  if (rule.kind == FaultKind::kTruncate) response.delivery = Delivery::kTruncated;
}

}  // namespace

bool IsServed(const FaultRule& rule) {
  return rule.kind == FaultKind::kHang || rule.kind == FaultKind::kTruncate;
}

Response AnswerFault(const FaultRule& rule) {
  Response response = BareAnswer(rule);
  Dress(rule, response);
  return response;
}

Response SpoilAnswer(const FaultRule& rule, Response genuine) {
  Dress(rule, genuine);
  return genuine;
}

}  // namespace cckm::simulator
