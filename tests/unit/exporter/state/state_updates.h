// Updates as a poller hands them over, made by hand.

#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "collectors/poll/poll_update.h"
#include "tests/support/fakes/fake_clock.h"

namespace cckm {

inline PollUpdate UpdateOf(std::string_view target, std::string_view family,
                           std::vector<RefreshAnswer> answers = {}) {
  PollUpdate update;
  update.target = target;
  update.family = FindFamily(family);
  update.at = FakeClock::kSteadyStart;
  update.wall_time = FakeClock::kStart;
  update.answers = std::move(answers);
  return update;
}

// The same as a ledger hands it on that did not know any of its final answers.
inline PollUpdate Counted(PollUpdate update) {
  for (RefreshAnswer& answer : update.answers) answer.is_counted_now = answer.is_final;
  return update;
}

inline PollUpdate PollEnd(std::string_view target, std::string_view family, bool up) {
  PollUpdate update = UpdateOf(target, family);
  update.ended = PollSummary{
      .up = up, .duration = std::chrono::milliseconds(250), .ended_at = FakeClock::kStart};
  return update;
}

// A refresh that was created `created` after the fake clock's start and runs for those domains.
inline RefreshAnswer Running(std::string id, std::vector<std::string> domains,
                             Nanoseconds created = {}) {
  RefreshAnswer answer;
  answer.kind = RefreshAnswer::Kind::kRefresh;
  answer.refresh.id = std::move(id);
  answer.refresh.status = RefreshStatus::kInProgress;
  answer.refresh.created_at = FakeClock::kStart + created;
  for (std::string& domain : domains) {
    answer.refresh.domains.push_back({std::move(domain), DomainStatus::kInProgress, ""});
  }
  return answer;
}

// The same refresh, completed after ten seconds for all of its domains.
inline RefreshAnswer Finished(std::string id, std::vector<std::string> domains,
                              Nanoseconds created = {}) {
  RefreshAnswer answer = Running(std::move(id), std::move(domains), created);
  answer.is_final = true;
  answer.refresh.status = RefreshStatus::kCompleted;
  answer.refresh.completed_at = *answer.refresh.created_at + std::chrono::seconds(10);
  for (DomainRefresh& domain : answer.refresh.domains) domain.status = DomainStatus::kCompleted;
  return answer;
}

inline RefreshAnswer WithoutAnswer(std::string id) {
  RefreshAnswer answer;
  answer.refresh.id = std::move(id);
  return answer;
}

}  // namespace cckm
