#include "exporter/app/unstored.h"

#include <algorithm>
#include <utility>

namespace cckm {
namespace {

std::size_t NamesOf(const RefreshAnswer& answer) { return 1 + answer.refresh.domains.size(); }

std::size_t NamesOf(const std::optional<RefreshAnswer>& answer) {
  return answer ? NamesOf(*answer) : 0;
}

// Of an answer what the ledger stores and the state counts.
RefreshAnswer WhatCounts(const RefreshAnswer& answer) {
  RefreshAnswer kept;
  kept.kind = answer.kind;
  kept.is_final = true;
  kept.counts = answer.counts;
  kept.left_out.counts = answer.left_out.counts;
  kept.refresh.id = answer.refresh.id;
  kept.refresh.status = answer.refresh.status;
  kept.refresh.created_at = answer.refresh.created_at;
  kept.refresh.completed_at = answer.refresh.completed_at;
  kept.refresh.domains.reserve(answer.refresh.domains.size());
  for (const DomainRefresh& named : answer.refresh.domains) {
    kept.refresh.domains.push_back({named.domain_id, named.status, ""});
  }
  return kept;
}

bool SayTheSame(const RefreshAnswer& a, const RefreshAnswer& b) {
  return a.refresh == b.refresh && a.left_out.counts == b.left_out.counts;
}

}  // namespace

bool Unstored::MakeRoom(std::size_t names) {
  if (names > most_names_ - names_) return false;
  names_ += names;
  return true;
}

bool Unstored::Keep(const RefreshAnswer& answer) {
  RefreshAnswer kept = WhatCounts(answer);
  const auto known = answers_.find(kept.refresh.id);
  if (known == answers_.end()) {
    if (!MakeRoom(NamesOf(kept))) return false;
    answers_.emplace(answer.refresh.id, Ends{.first = std::move(kept), .last = {}});
    return true;
  }
  Ends& ends = known->second;
  if (SayTheSame(ends.last ? *ends.last : ends.first, kept)) return true;
  names_ -= NamesOf(std::exchange(ends.last, std::nullopt));
  if (MakeRoom(NamesOf(kept))) ends.last = std::move(kept);
  return true;
}

void Unstored::Keep(MetDomain met) {
  const auto known = met_.find(met.domain_id);
  if (known != met_.end()) {
    known->second.first_seen_at = std::min(known->second.first_seen_at, met.first_seen_at);
    known->second.was_listed = known->second.was_listed || met.was_listed;
  } else if (MakeRoom(1)) {
    std::string domain_id = met.domain_id;
    met_.emplace(std::move(domain_id), std::move(met));
  }
}

std::vector<RefreshAnswer> Unstored::SomeAnswers() const {
  std::vector<RefreshAnswer> some;
  std::size_t names = 0;
  for (const auto& [id, ends] : answers_) {
    names += NamesOf(ends.first) + NamesOf(ends.last);
    if (!some.empty() && names > kNamesAtOnce) break;
    some.push_back(ends.first);
    if (ends.last) some.push_back(*ends.last);
  }
  return some;
}

std::vector<MetDomain> Unstored::SomeMet() const {
  std::vector<MetDomain> some;
  for (const auto& [id, met] : met_) {
    if (some.size() == kNamesAtOnce) break;
    some.push_back(met);
  }
  return some;
}

void Unstored::Forget(std::span<const RefreshAnswer> answers) {
  for (const RefreshAnswer& answer : answers) {
    const auto known = answers_.find(answer.refresh.id);
    if (!answer.is_final || known == answers_.end()) continue;
    names_ -= NamesOf(known->second.first) + NamesOf(known->second.last);
    answers_.erase(known);
  }
}

void Unstored::Forget(std::span<const MetDomain> met) {
  for (const MetDomain& domain : met) names_ -= met_.erase(domain.domain_id);
}

}  // namespace cckm
